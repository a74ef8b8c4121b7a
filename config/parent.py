"""Whether the parent that watches this process still lives."""

from __future__ import annotations

import os

# The process that forked this one and watches it; None if this one was started by hand or as a service.
_watching: int | None = None


def is_watching(parent: int) -> None:
    """Remember, in a new child, the process that forked it."""
    global _watching
    _watching = parent


def is_gone() -> bool:
    """Whether the parent has ended, so that nobody will kill this process if it takes too long to stop."""
    return _watching is not None and os.getppid() != _watching
