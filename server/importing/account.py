"""The report of an import: how many rows of each table were found and imported; which were not, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

# The old tables in the order of the report; `keys` are the users' keys.
PLACES = ("users", "keys", "tweets", "likes", "subscriptions", "medias", "pictures")


class Told(NamedTuple):
    """A row that was not imported, or was changed. It never contains a key's value or a text."""

    table: str
    id: str
    reason: str


@dataclass(slots=True)
class Count:
    """Counts of an old table's rows."""

    found: int = 0
    taken: int = 0

    def add(self, other: Count) -> None:
        """Add the other counts."""
        self.found += other.found
        self.taken += other.taken


@dataclass(slots=True)
class Batch:
    """The outcome for some rows of the old database."""

    counts: dict[str, Count] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def add(self, other: Batch) -> None:
        """Add the outcome for other rows."""
        for name, count in other.counts.items():
            self.counts.setdefault(name, Count()).add(count)
        self.told += other.told

    def tell(self, table: str, row_id: object, reason: str) -> None:
        """Report that a row was not imported, or was changed."""
        self.told.append(Told(table, str(row_id), reason))

    def count(self, table: str, *, taken: bool) -> None:
        """Count a row that was found."""
        self.counts.setdefault(table, Count()).add(Count(1, int(taken)))


@dataclass(frozen=True, slots=True)
class Account:
    """The report of a whole import. `pictures` counts Perch's pictures by state, once per tweet showing them.

    `finished_at` is None if nothing was written.
    """

    source: str
    dry_run: bool
    began_at: datetime
    finished_at: datetime | None
    counts: dict[str, Count]
    pictures: dict[str, int]
    exceptions: list[Told]
    notes: list[str]
