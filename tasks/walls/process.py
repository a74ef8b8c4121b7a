"""Gives up new privileges, and keeps our user's other processes from looking into this one."""

from __future__ import annotations

import ctypes

LIBC = ctypes.CDLL(None, use_errno=True)

# From linux/prctl.h.
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38


def shut() -> str | None:
    """Do both; landlock and seccomp need this first."""
    if LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        return None
    return "no new privileges, not to be traced or dumped"
