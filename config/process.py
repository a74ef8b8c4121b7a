"""What a process sets for itself: its heaps and its open files; and whether its parent still lives."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from typing import Any

# mallopt(3). A thread that allocates memory while another one does so gets a heap of its own, up to eight per
# core, and each heap keeps as much as its largest task ever took. The threads that write dumps and files take
# turns, so a worker would go on growing for hours, by some 5 MiB with each thread.
M_ARENA_MAX, HEAPS = -8, 2

# Programs usually start with a limit of 1,024 open files, connections included, and get more if they ask. No
# process needs more than this.
ENOUGH_FILES = 65_536

# The process that forked this one and watches it; None if this one was started by hand or as a service.
_parent: int | None = None


def bound_heaps() -> None:
    """Limit this process to two heaps, if the C library can; call this before it has threads."""
    mallopt: Any = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, HEAPS)


def raise_file_limit() -> None:
    """Raise the limit of open files as far as the system allows (`ulimit -Hn`), up to ENOUGH_FILES."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(ENOUGH_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it; the limit then stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def file_limit() -> int:
    """How many files this process may have open now."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return ENOUGH_FILES if soft == resource.RLIM_INFINITY else soft


def watched_by(parent: int) -> None:
    """Remember, in a new child, the process that forked it."""
    global _parent
    _parent = parent


def is_orphaned() -> bool:
    """Whether the parent has ended, so that nobody will kill this process if it takes too long to stop."""
    return _parent is not None and os.getppid() != _parent
