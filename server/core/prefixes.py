"""Texts that begin with what somebody has typed so far, as a range that an index has in order."""

from __future__ import annotations

from typing import NamedTuple

# The most suggestions at a time.
MAX_COMPLETIONS = 20

# Longer prefixes match nothing.
LONGEST = 100

# Sorts after every text that begins with the prefix before it.
LAST = "\U0010ffff"


class Range(NamedTuple):
    """All texts from `begin` to before `end` begin with the prefix, and no others."""

    begin: str
    end: str


def texts_with(prefix: str) -> Range | None:
    """The range of the texts with this prefix; None if there can be none: PostgreSQL takes no NUL."""
    return None if len(prefix) > LONGEST or "\0" in prefix else Range(prefix, prefix + LAST)
