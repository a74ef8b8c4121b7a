"""Replies, and the threads that they form."""
