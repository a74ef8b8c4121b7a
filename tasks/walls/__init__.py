"""Walls round a process that an attacker may take over: it can never get more than it already has open.

The kernel puts them up at the request of the process itself, without privileges, and nobody can take them
down again. Each is useful without the other: seccomp restricts which system calls a process can make at all;
landlock refuses everything that names a file or reaches other processes.

Nothing of Perch is imported here, and nothing at all while a wall goes up: by then the process may no longer
have access to its files.
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
    """Put up the walls that this kernel has, for this process and for good.

    Before calling this, open and import everything that is needed, and end all other threads.

    Returns:
        A few words about each wall, or None if the kernel or the machine does not have it.
    """
    return {name: wall() for name, wall in WALLS.items()}
