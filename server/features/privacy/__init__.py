"""Data exports and account deletion."""
