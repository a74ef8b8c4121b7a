"""Reposts."""
