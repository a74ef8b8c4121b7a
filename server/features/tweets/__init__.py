"""Tweets."""
