"""The heaps of a process, as glibc keeps them."""

from __future__ import annotations

import ctypes
from typing import Any

# mallopt(3). A thread that asks for memory while another one does gets a heap of its own, up to eight for
# each core, and each keeps what its largest task once took: the threads that write dumps and files take
# turns, so a worker would grow by some 5 MiB with each of them, for hours.
M_ARENA_MAX, HEAPS = -8, 2


def bound_heaps() -> None:
    """Let this process have two of them, where the C library knows how; before it has threads."""
    mallopt: Any = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, HEAPS)
