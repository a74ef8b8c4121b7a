"""Walls round a process that an attacker may take over: what it has open is all that it ever has.

The kernel puts them up at the wish of the process itself, without privileges, and nobody takes them down
again. Each is worth having without the other: seccomp refuses what a process may ask the kernel for at all,
landlock whatever names a file, and what reaches other processes.

Nothing of Perch is imported here, and nothing while a wall goes up: a process may have no way to its files
by then.
"""

from __future__ import annotations

from collections.abc import Callable

from tasks.walls import landlock, process, seccomp

WALLS: dict[str, Callable[[], str | None]] = {
    "process": process.shut,
    "landlock": landlock.restrict,
    "seccomp": seccomp.restrict,
}


def put_up() -> dict[str, str | None]:
    """Put up what this kernel has, for this process and for ever.

    Before, open what it needs, import what it needs, and have no other thread.

    Returns:
        For each wall what stands, in a few words, or None where the kernel or the machine does not have it.
    """
    return {name: wall() for name, wall in WALLS.items()}
