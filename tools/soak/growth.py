"""What processes take, looked at again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.measuring.figures import median
from tools.soak.site import Site, open_files

# Memory has settled when a process has lived for a quarter of the whole, in which all that is scheduled has
# happened, and for so long at least. Seconds.
SETTLED = 300

# What it may have grown by then: a ratio, and what is noise for a small process. MiB.
GROWTH, NOISE = 1.1, 3.0

# Handles come and go with connections.
HANDLES = 40

# Looks that make a figure.
LOOKS = 10

CONNECTIONS = """
    SELECT count(*) AS count FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def own_mib(pid: int) -> float:
    """Its anonymous memory, 0 where it has ended.

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
    """At a process; `age` since it was seen first."""

    age: float
    mib: float
    handles: int


@dataclass
class Growth:
    """Of each process that lives still at the end."""

    site: Site
    settled: float
    looks: dict[tuple[int, str], list[Look]] = field(default_factory=dict)
    connections: list[int] = field(default_factory=list)
    _first: dict[int, float] = field(default_factory=dict)

    async def look(self) -> None:
        """One more."""
        now = time.monotonic()
        for pid, name in self.site.family().items():
            age = now - self._first.setdefault(pid, now)
            look = Look(age, own_mib(pid), open_files(pid))
            self.looks.setdefault((pid, name), []).append(look)
        (found,) = await self.site.rows(CONNECTIONS)
        self.connections.append(found["count"])

    def of_survivors(self) -> Iterator[tuple[str, list[Look]]]:
        """Those that have lived long, and live."""
        alive = self.site.family()
        for (pid, name), looks in self.looks.items():
            if alive.get(pid) == name and looks[-1].age > 2 * self.settled:
                yield name, looks

    def figures(self) -> Iterator[tuple[str, float, float, int, int]]:
        """Name, MiB when settled and at the end, file handles then and now."""
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
        """What has grown."""
        for name, before, after, handles, handles_after in self.figures():
            if after > max(before * GROWTH, before + NOISE):
                yield f"{name} grew from {before:.1f} to {after:.1f} MiB"
            if handles_after > handles + HANDLES:
                yield f"{name} has {handles_after} open files, {handles} before"
