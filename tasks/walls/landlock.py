"""Landlock: no file can be opened, made, removed or run; no TCP; no other process reached.

https://docs.kernel.org/userspace-api/landlock.html. We declare only the handled accesses and add no rules: a
handled access that no rule allows is refused. Descriptors that are already open keep working.
"""

from __future__ import annotations

import ctypes
import os

from tasks.walls.process import LIBC

# These numbers are the same on every architecture, like those of all Linux system calls since 2019.
CREATE_RULESET, RESTRICT_SELF = 444, 446
ASK_VERSION = 1

# How many file accesses each version of the interface knows; the last number applies to newer ones too.
FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
BIND_AND_CONNECT, SINCE_NET = 0b11, 4
ABSTRACT_SOCKETS_AND_SIGNALS, SINCE_SCOPES = 0b11, 6


class Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`; an older kernel accepts it if the fields it doesn't know are 0."""

    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def restrict() -> str | None:
    """Refuse all these accesses, as far as this kernel can."""
    version = LIBC.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    if version < 1:
        return None
    ruleset = Ruleset(
        handled_access_fs=(1 << FILE_ACCESSES.get(version, max(FILE_ACCESSES.values()))) - 1,
        handled_access_net=BIND_AND_CONNECT if version >= SINCE_NET else 0,
        scoped=ABSTRACT_SOCKETS_AND_SIGNALS if version >= SINCE_SCOPES else 0,
    )
    descriptor = LIBC.syscall(
        CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(ctypes.sizeof(ruleset)), 0
    )
    if descriptor < 0:
        return None
    refused = LIBC.syscall(RESTRICT_SELF, descriptor, 0)
    os.close(descriptor)
    return None if refused else f"version {version}"
