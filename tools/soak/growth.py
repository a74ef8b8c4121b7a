"""Repeated measurements of the resources that processes use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.measuring.figures import median
from tools.soak.site import Site, open_files

# The minimum age in seconds at which a process's memory counts as settled. It must also have lived for a
# quarter of the whole time, in which every scheduled task has run.
SETTLED = 300

# The allowed growth as a ratio, and the MiB that are noise for a small process.
GROWTH, NOISE = 1.1, 3.0

# File handles come and go with connections.
HANDLES = 40

# How many measurements make a figure.
LOOKS = 10

CONNECTIONS = """
    SELECT count(*) AS count FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def own_mib(pid: int) -> float:
    """Its anonymous memory in MiB; 0 if the process has ended.

    Not a proportional share: that of a parent, which shares most with its children, went up and down between
    29.6 and 36.4 MiB as these died and came back, while what it had stayed the same to the page.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


@dataclass(frozen=True)
class Look:
    """One measurement of a process; `age` is the number of seconds since it was first seen."""

    age: float
    mib: float
    handles: int


@dataclass
class Growth:
    """The growth of each process that is still alive at the end."""

    site: Site
    settled: float
    looks: dict[tuple[int, str], list[Look]] = field(default_factory=dict)
    connections: list[int] = field(default_factory=list)
    _first: dict[int, float] = field(default_factory=dict)

    async def look(self) -> None:
        """Take one more measurement of each process."""
        now = time.monotonic()
        for pid, name in self.site.family().items():
            age = now - self._first.setdefault(pid, now)
            look = Look(age, own_mib(pid), open_files(pid))
            self.looks.setdefault((pid, name), []).append(look)
        (found,) = await self.site.rows(CONNECTIONS)
        self.connections.append(found["count"])

    def of_survivors(self) -> Iterator[tuple[str, list[Look]]]:
        """The processes that have lived long and are still alive."""
        alive = self.site.family()
        for (pid, name), looks in self.looks.items():
            if alive.get(pid) == name and looks[-1].age > 2 * self.settled:
                yield name, looks

    def figures(self) -> Iterator[tuple[str, float, float, int, int]]:
        """The name, MiB when settled and at the end, and file handles then and now."""
        for name, looks in self.of_survivors():
            settled = [look for look in looks if look.age >= self.settled][:LOOKS]
            last = looks[-LOOKS:]
            yield (
                name,
                median([look.mib for look in settled]),
                median([look.mib for look in last]),
                round(median([look.handles for look in settled])),
                round(median([look.handles for look in last])),
            )

    def complaints(self) -> Iterator[str]:
        """Sentences about what has grown."""
        for name, before, after, handles, handles_after in self.figures():
            if after > max(before * GROWTH, before + NOISE):
                yield f"{name} grew from {before:.1f} to {after:.1f} MiB"
            if handles_after > handles + HANDLES:
                yield f"{name} has {handles_after} open files, {handles} before"
