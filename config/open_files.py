"""How many files a process may have open; each connection is one."""

from __future__ import annotations

import contextlib
import resource

# Programs begin with 1,024 as a rule, and get more if they ask. More than this nobody needs.
ENOUGH = 65_536


def raise_limit() -> None:
    """As many as the system lets this process have (`ulimit -Hn`)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it: then it stays as it is
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def limit() -> int:
    """How many this process may have open now."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return ENOUGH if soft == resource.RLIM_INFINITY else soft
