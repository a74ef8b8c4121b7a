"""How many files a process may have open; each connection is one."""

from __future__ import annotations

import contextlib
import resource

# Programs usually start with 1,024 and get more if they ask. No process needs more than this.
ENOUGH = 65_536


def raise_limit() -> None:
    """Raise the limit as far as the system allows (`ulimit -Hn`), up to ENOUGH."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it; the limit then stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def limit() -> int:
    """How many this process may have open now."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return ENOUGH if soft == resource.RLIM_INFINITY else soft
