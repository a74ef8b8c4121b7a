"""The reasons why processes can't run, for the operator."""

from __future__ import annotations


class CannotRun(Exception):
    """Something can't run; the text is the reason, in one line."""
