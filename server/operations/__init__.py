"""Runs, health, ownership of the data, server keys."""
