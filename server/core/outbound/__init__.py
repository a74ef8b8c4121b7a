"""Requests to other people's servers, whose addresses come from users."""
