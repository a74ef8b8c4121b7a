"""Why processes do not run, for the operator."""

from __future__ import annotations


class CannotRun(Exception):
    """A reason in one line."""
