"""Texts: what is found in them. `entities.json` has the cases that the server and the client share."""
