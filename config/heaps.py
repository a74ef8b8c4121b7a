"""Limits the number of heaps that glibc keeps for a process."""

from __future__ import annotations

import ctypes
from typing import Any

# mallopt(3). A thread that allocates memory while another one does so gets a heap of its own, up to eight per
# core, and each heap keeps as much as its largest task ever took. The threads that write dumps and files take
# turns, so a worker would go on growing for hours, by some 5 MiB with each thread.
M_ARENA_MAX, HEAPS = -8, 2


def bound_heaps() -> None:
    """Limit this process to two heaps, if the C library can; call this before it has threads."""
    mallopt: Any = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, HEAPS)
