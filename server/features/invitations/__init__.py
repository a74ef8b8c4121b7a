"""Invitations and recovery links."""
