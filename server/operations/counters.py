"""Checks counters against the rows that they count.

Triggers update them in the writer's transaction, so that nothing should ever be wrong.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction


@dataclass(frozen=True, slots=True)
class Counter:
    """A column that counts rows of another table; the feature of those rows declares it.

    Attributes:
        table: the table that has the column.
        column: the column's name.
        rows: the table whose rows it counts.
        by: the column of that table which refers to the row that has the counter.
        where: SQL for which of these rows count.
    """

    table: Literal["tweets", "users"]
    column: str
    rows: str
    by: str
    where: str = "true"


@dataclass(frozen=True, slots=True)
class Counted:
    """A table with counters.

    Attributes:
        at_once: how many ids a statement compares; it sees all of them in one snapshot.
        topic: the topic that changes with a row's counters, given its id.
    """

    table: str
    at_once: int
    topic: Callable[[int], int]


TWEETS = Counted("tweets", 5_000, topics.tweet)
USERS = Counted("users", 1_000, topics.user)


@dataclass(frozen=True, slots=True)
class Compared:
    """A range of ids: how many it spans, and those whose counters were wrong."""

    ids: int
    wrong: list[int]


async def compare(counted: Counted, counters: Sequence[Counter], *, repair: bool) -> AsyncIterator[Compared]:
    """Compare all rows of a table batch by batch; with `repair`, recount what is wrong."""
    of_table = [counter for counter in counters if counter.table == counted.table]
    find, mend = _wrong(counted, of_table), _mended(counted, of_table)
    async for first, last in _ranges(counted):
        wrong = [found["id"] for found in await rows(find, first, last)]
        if repair:
            wrong = [row_id for row_id in wrong if await _mend(counted, mend, row_id)]
            await changes.tell([counted.topic(row_id) for row_id in wrong])
        yield Compared(last - first, wrong)


def recount(counters: Sequence[Counter]) -> Iterator[str]:
    """Statements that recount everything, for a database that nobody else writes to."""
    for counted in (TWEETS, USERS):
        of_table = [counter for counter in counters if counter.table == counted.table]
        counts = ", ".join(f"coalesce({each.column}.n, 0) AS {each.column}" for each in of_table)
        joins = " ".join(
            f"LEFT JOIN (SELECT {each.by} AS id, count(*) AS n FROM {each.rows} WHERE {each.where} "
            f"GROUP BY 1) {each.column} "
            f"ON {each.column}.id = t.id"
            for each in of_table
        )
        values = ", ".join(f"{each.column} = c.{each.column}" for each in of_table)
        differ = " OR ".join(f"t.{each.column} <> c.{each.column}" for each in of_table)
        yield (
            f"UPDATE {counted.table} t SET {values} "
            f"FROM (SELECT t.id, {counts} FROM {counted.table} t {joins}) c WHERE c.id = t.id AND ({differ})"
        )


def _wrong(counted: Counted, counters: Sequence[Counter]) -> str:
    """SQL for the rows whose counters are wrong, with ids after $1 and up to $2."""
    joins = " ".join(
        f"LEFT JOIN (SELECT {each.by} AS id, count(*) AS n FROM {each.rows} "
        f"WHERE {each.by} > $1 AND {each.by} <= $2 AND {each.where} GROUP BY 1) {each.column} "
        f"ON {each.column}.id = t.id"
        for each in counters
    )
    differ = " OR ".join(f"t.{each.column} <> coalesce({each.column}.n, 0)" for each in counters)
    return (
        f"SELECT t.id FROM {counted.table} t {joins} WHERE t.id > $1 AND t.id <= $2 AND ({differ}) ORDER BY 1"
    )


def _mended(counted: Counted, counters: Sequence[Counter]) -> str:
    """SQL that recounts the locked row $1, and returns it, with a newer version, if it was wrong."""
    counts = ", ".join(
        f"(SELECT count(*) FROM {each.rows} WHERE {each.by} = $1 AND {each.where}) AS {each.column}"
        for each in counters
    )
    values = ", ".join(f"{each.column} = c.{each.column}" for each in counters)
    differ = " OR ".join(f"t.{each.column} <> c.{each.column}" for each in counters)
    return (
        f"UPDATE {counted.table} t SET {values}, version = version + 1 FROM (SELECT {counts}) c "
        f"WHERE t.id = $1 AND ({differ}) RETURNING t.id"
    )


async def _mend(counted: Counted, mend: str, row_id: int) -> bool:
    """Recount a row; return whether it was still wrong. Concurrent writers count before this, or wait."""
    async with transaction():
        await rows(f"SELECT id FROM {counted.table} WHERE id = $1 FOR NO KEY UPDATE", row_id)
        return await row(mend, row_id) is not None


async def _ranges(counted: Counted) -> AsyncIterator[tuple[int, int]]:
    """All ids of a table as ranges; ids that are assigned meanwhile are left to the next check.

    Each begins with an id that exists: imported ids may lie billions apart.
    """
    found = await row(f"SELECT coalesce(max(id), 0) AS last FROM {counted.table}")
    last: int = found["last"] if found else 0
    after = 0
    while (found := await row(f"SELECT min(id) AS id FROM {counted.table} WHERE id > $1", after)) is not None:
        if found["id"] is None or found["id"] > last:
            return
        first = found["id"] - 1
        after = min(first + counted.at_once, last)
        yield first, after
