"""What is told of an import: how many rows of each table were found and taken over; what was not, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

# The old tables in the order in which they are told of; `keys` are the users'.
PLACES = ("users", "keys", "tweets", "likes", "subscriptions", "medias", "pictures")


class Told(NamedTuple):
    """A row that was not taken over, or not as it was. Never holds a key's value or a text."""

    table: str
    id: str
    reason: str


@dataclass(slots=True)
class Count:
    """Rows of an old table."""

    found: int = 0
    taken: int = 0

    def add(self, other: Count) -> None:
        """Count these too."""
        self.found += other.found
        self.taken += other.taken


@dataclass(slots=True)
class Batch:
    """What became of some rows of the old database."""

    counts: dict[str, Count] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def add(self, other: Batch) -> None:
        """Of these rows too."""
        for name, count in other.counts.items():
            self.counts.setdefault(name, Count()).add(count)
        self.told += other.told

    def tell(self, table: str, row_id: object, reason: str) -> None:
        """Say that a row was not taken over, or not as it was."""
        self.told.append(Told(table, str(row_id), reason))

    def count(self, table: str, *, taken: bool) -> None:
        """One more row was found."""
        self.counts.setdefault(table, Count()).add(Count(1, int(taken)))


@dataclass(frozen=True, slots=True)
class Account:
    """All of an import. `pictures` counts those that Perch has by their state, of each tweet that shows them.

    `finished_at` is None where nothing was written.
    """

    source: str
    dry_run: bool
    began_at: datetime
    finished_at: datetime | None
    counts: dict[str, Count]
    pictures: dict[str, int]
    exceptions: list[Told]
    notes: list[str]
