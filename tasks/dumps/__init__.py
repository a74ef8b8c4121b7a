"""Dumps of the database: made, kept, verified, drilled, restored, removed when they have had their time."""
