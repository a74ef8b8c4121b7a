"""What this database remembers of an import: its source, its progress, and its reports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from server.core.live.hub import APPLICATION
from server.importing.account import Batch, Count, Told
from server.importing.errors import ImportRefused
from server.importing.source import Source
from server.importing.statements import LARGEST_ID

# The number of ids compared at once.
COMPARED = 10_000

KNOWN = "SELECT fingerprint, last_user, last_tweet, began_at, finished_at FROM imports"
BEGIN = """
    INSERT INTO imports (fingerprint, source, last_user, last_tweet, began_at) VALUES ($1, $2, $3, $4, $5)
"""

NOTE = """
    INSERT INTO import_steps AS s (fingerprint, step, position, found, taken) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (fingerprint, step) DO UPDATE SET position = coalesce(excluded.position, s.position),
        found = s.found + excluded.found, taken = s.taken + excluded.taken
"""
EXCEPT = """
    INSERT INTO import_exceptions (fingerprint, place, row_id, reason)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])
"""
# Clients reread everything after an import, so there are no events for single rows.
FORGET_EVENTS = "DELETE FROM outbox WHERE xmin = pg_current_xact_id()::xid"

# Nor does anybody hear of old likes and follows (the migration `notifications`).
NOTIFY_NOBODY = "SET LOCAL perch.quiet = 'on'"

# What `server.features.tweets.earlier_texts` is to read.
READ_TEXTS = """
    INSERT INTO unread_texts (up_to) SELECT max(id) FROM tweets HAVING max(id) IS NOT NULL
    ON CONFLICT DO NOTHING
"""

# Makes new ids larger than all imported ones. $1 table, $2 the largest id to be imported.
BEYOND = """
    SELECT setval(name, greatest($2::bigint, coalesce(pg_sequence_last_value(name), 0)))
    FROM (SELECT pg_get_serial_sequence($1, 'id')::regclass AS name) s WHERE $2 > 0
"""

FINISH = "UPDATE imports SET finished_at = now() WHERE fingerprint = $1"

# Makes clients that listen or come back reread everything, as after a restore. Web processes check for this
# when they connect.
RENEW = "UPDATE instance SET epoch = gen_random_uuid()"
RECONNECT = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = '{APPLICATION}'
"""


@dataclass(frozen=True, slots=True)
class Known:
    """An import that is in progress or done."""

    fingerprint: str
    last_user: int
    last_tweet: int
    began_at: datetime
    finished_at: datetime | None


async def find(connection: Any, source: Source) -> Known | None:
    """The import of this old database, if one was started here."""
    for record in await connection.fetch(KNOWN):
        if await source.fingerprint(record["last_user"]) == record["fingerprint"]:
            return Known(**record)
    return None


async def begin(connection: Any, source: Source, known: Known | None, *, dry_run: bool) -> Known:
    """Check that the ids to be imported are free, and reserve them; return the import.

    Raises:
        ImportRefused: one of the ids is taken.
    """
    async with connection.transaction():
        if not dry_run:
            await connection.execute("LOCK TABLE users, tweets IN SHARE ROW EXCLUSIVE MODE")
        last = {}
        for table in ("users", "tweets"):
            done = int((await position(connection, known, table) or ["0"])[0])
            last[table] = await source.value(
                f"SELECT coalesce(max(id), 0) FROM {table} WHERE id BETWEEN 1 AND $1::bigint", LARGEST_ID
            )
            if not 0 <= last[table] <= LARGEST_ID:
                raise ImportRefused(
                    f"the old database counts wrongly: it says that the largest id of {table} up to "
                    f"{LARGEST_ID} is {last[table]}. Look for functions that were added to it"
                )
            await _refuse_collisions(connection, source, table, done)
            if not dry_run:
                await connection.fetch(BEYOND, table, last[table])
        if known is None:
            fingerprint = await source.fingerprint(last["users"])
            known = Known(fingerprint, last["users"], last["tweets"], datetime.now(UTC), None)
            if not dry_run:
                values = fingerprint, source.name, known.last_user, known.last_tweet, known.began_at
                await connection.execute(BEGIN, *values)
    return known


async def position(connection: Any, known: Known | None, step: str) -> list[str] | None:
    """How far this step has read; None at the beginning."""
    found: list[str] | None = await connection.fetchval(
        "SELECT position FROM import_steps WHERE fingerprint = $1 AND step = $2",
        known.fingerprint if known else "",
        step,
    )
    return found


async def note(connection: Any, known: Known, step: str, batch: Batch, reached: Sequence[str]) -> None:
    """Inside the transaction of a batch: record its outcome, and how far the step has read."""
    for name, count in {step: Count(), **batch.counts}.items():
        where = list(reached) if name == step else None
        await connection.execute(NOTE, known.fingerprint, name, where, count.found, count.taken)
    if batch.told:
        columns = [list(column) for column in zip(*batch.told, strict=True)]
        await connection.execute(EXCEPT, known.fingerprint, *columns)
    await connection.execute(FORGET_EVENTS)


async def finish(connection: Any, known: Known) -> None:
    """Mark the import as finished, and make open pages reload. A task reads the texts of the tweets."""
    async with connection.transaction():
        await connection.execute(READ_TEXTS)
        await connection.execute(FINISH, known.fingerprint)
        await connection.execute(RENEW)
    with suppress(asyncpg.InsufficientPrivilegeError):  # streams then notice when they are reopened
        await connection.execute(RECONNECT)


async def counts(connection: Any, known: Known) -> dict[str, Count]:
    """The counts by old table; those of pictures as of now."""
    steps = await connection.fetch(
        "SELECT step, found, taken FROM import_steps WHERE fingerprint = $1", known.fingerprint
    )
    found = {row["step"]: Count(row["found"], row["taken"]) for row in steps}
    row = await connection.fetchrow(
        "SELECT count(media_id) AS medias, count(DISTINCT picture_id) FILTER (WHERE media_id IS NOT NULL) "
        "AS pictures FROM import_pictures WHERE fingerprint = $1",
        known.fingerprint,
    )
    for name in ("medias", "pictures"):
        found[name] = Count(found.get(name, Count()).found, row[name])
    return found


async def states_of_pictures(connection: Any, known: Known) -> dict[str, int]:
    """How many pictures wait for a worker, are ready, or turned out broken; `gone` no longer exist here."""
    states = await connection.fetch(
        "SELECT coalesce(m.state, 'gone') AS state, count(*) AS n FROM import_pictures p "
        "LEFT JOIN media_attachments m ON m.id = p.media_id "
        "WHERE p.fingerprint = $1 AND p.media_id IS NOT NULL GROUP BY 1 ORDER BY 1",
        known.fingerprint,
    )
    return {row["state"]: row["n"] for row in states}


async def exceptions(connection: Any, known: Known) -> list[Told]:
    """All reported rows, and the pictures whose files could not be imported so far."""
    found = await connection.fetch(
        "SELECT place, row_id, reason FROM import_exceptions WHERE fingerprint = $1 UNION ALL "
        "SELECT 'medias', format('tweet %s, picture %s', tweet_id, picture_id), reason FROM import_pictures "
        "WHERE fingerprint = $1 AND media_id IS NULL AND reason IS NOT NULL ORDER BY 1, 3, 2",
        known.fingerprint,
    )
    return [Told(*row) for row in found]


async def _refuse_collisions(connection: Any, source: Source, table: str, done: int) -> None:
    """Raises ImportRefused if an id is taken; only rows up to `done` come from this import."""
    behind = done
    while ids := [
        row["id"]
        for row in await connection.fetch(
            f"SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT {COMPARED}", behind
        )
    ]:
        both = await source.value(f"SELECT min(id) FROM {table} WHERE id = ANY($1::bigint[])", ids)
        if both is not None:
            raise ImportRefused(
                f"the id {both} of {table} is already used here by something that this import didn't make: "
                "import into a database without users of its own (docs/moving.md)"
            )
        behind = ids[-1]
