"""Likes."""
