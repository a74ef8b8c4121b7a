"""What the previous database hands to the one restored in its place: its ids, and acts since the dump.

It is read as far as possible: damage to it may be the very reason for the restore.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from config.database_address import DatabaseAddress
from server.core.audit import Act
from server.core.database.connection import AWAY
from server.core.transient import reason
from tasks.dumps.postgres import connected, quoted

# How many ids may be given out while one database replaces the other.
ROOM = 10_000

# The most ids that are skipped: more than people use in years. Imported tweets may have ids so large that
# there aren't twice as many.
MOST_SKIPPED = 10**9

# A lock that someone holds there must not hold up a restore.
PATIENCE = "SET lock_timeout = '5s'; SET statement_timeout = '60s'"

# These rows identify a database: no other database has rows with the same times, to the microsecond.
MARKS = {"users": "created_at", "audit_acts": "at", "scheduled_runs": "ended_at"}

COLUMNS = "id, at, actor_id, key_id, act, user_id, subject_id, details"

IDENTITIES = """
    SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'
"""

# An act whose id is already used by another act here gets a new id.
ADD = f"""
    INSERT INTO audit_acts ({COLUMNS})
    SELECT CASE WHEN a.id IS NULL THEN b.id ELSE nextval(pg_get_serial_sequence('audit_acts', 'id')) END,
        b.at, b.actor_id, b.key_id, b.act, b.user_id, b.subject_id, b.details
    FROM acts_before b LEFT JOIN audit_acts a USING (id) WHERE a.at IS DISTINCT FROM b.at
    ORDER BY b.id RETURNING at, act, user_id, subject_id, details
"""

HANDLES = "SELECT id, handle FROM users WHERE id = ANY($1)"


@dataclass(frozen=True, slots=True)
class Carried:
    """An act that was carried over. `user` is the handle of the user it was done to, if that is known."""

    at: datetime
    act: str
    user: str | None
    subject: int | None
    details: dict[str, Any]


class Unreadable(Exception):
    """The previous database cannot be read; the text says why."""


async def hand_over_ids(before: DatabaseAddress, restored: asyncpg.Connection) -> bool:
    """Make sure that no id used there is reused; return False if the two aren't the same Perch's.

    Raises:
        Unreadable: the previous database cannot be read.
    """
    async with reading(before) as old:
        if not await is_one_history(old, restored):
            return False
        there = {table["name"] for table in await old.fetch(IDENTITIES)}
        last = {
            name: await old.fetchval(f"SELECT last_value FROM {await sequence_of(old, name)}")
            for name in there
        }
    for table in await restored.fetch(IDENTITIES):
        if table["name"] in last:
            await leave_room(restored, table["name"], last[table["name"]] + ROOM)
    return True


async def hand_over_acts(before: DatabaseAddress, restored: DatabaseAddress) -> list[Carried]:
    """Carry over acts that the dump lacks, so that a restore hides none; return them, except restores.

    Call this when nobody writes to the previous database any more.

    Raises:
        Unreadable: the previous database cannot be read.
    """
    async with reading(before) as old:
        acts = await old.fetch(f"SELECT {COLUMNS} FROM audit_acts")
        people = await old.fetch(HANDLES, [act["user_id"] for act in acts if act["user_id"] is not None])
    async with connected(restored) as new, new.transaction():
        await new.execute("CREATE TEMPORARY TABLE acts_before (LIKE audit_acts) ON COMMIT DROP")
        records = [tuple(act) for act in acts]
        await new.copy_records_to_table("acts_before", records=records, columns=COLUMNS.split(", "))
        added = await new.fetch(ADD)
    handles = {person["id"]: person["handle"] for person in people}
    return [
        Carried(
            act["at"],
            act["act"],
            handles.get(act["user_id"]),
            act["subject_id"],
            msgspec.json.decode(act["details"]),
        )
        for act in added
        if act["act"] != Act.DATABASE_RESTORED
    ]


async def is_one_history(before: asyncpg.Connection, restored: asyncpg.Connection) -> bool:
    """Whether both databases share one history."""
    for table, moment in MARKS.items():
        if not await before.fetchval("SELECT to_regclass($1)", table):
            continue  # from an earlier version
        marks = await restored.fetch(
            f"SELECT id, {moment} FROM {table} WHERE {moment} IS NOT NULL ORDER BY id LIMIT 1000"
        )
        known = await before.fetchval(
            f"SELECT EXISTS (SELECT 1 FROM {table} t JOIN unnest($1::bigint[], $2::timestamptz[]) "
            f"AS mark (id, moment) ON t.id = mark.id AND t.{moment} = mark.moment)",
            [mark["id"] for mark in marks],
            [mark[moment] for mark in marks],
        )
        if known:
            return True
    return False


async def leave_room(connection: asyncpg.Connection, table: str, last: int = 1) -> None:
    """Make sure that no id of this table is reused: neither an existing one, nor one up to `last`."""
    sequence = await sequence_of(connection, table)
    await connection.execute(
        f"SELECT setval('{sequence}', greatest((SELECT max(id) FROM {quoted(table)}), $1::bigint, "
        f"(SELECT last_value FROM {sequence})))",
        last,
    )


async def skip_ids(connection: asyncpg.Connection, table: str) -> None:
    """Skip ids that may have been given out since the dump: as many as before it, within bounds."""
    sequence = await sequence_of(connection, table)
    skipped = "least(greatest(last_value, $1::bigint), $2::bigint)"
    await connection.execute(
        f"SELECT setval('{sequence}', last_value + {skipped}) FROM {sequence}", ROOM, MOST_SKIPPED
    )


async def sequence_of(connection: asyncpg.Connection, table: str) -> str:
    """The name of the sequence of a table's ids, quoted for SQL."""
    found: str = await connection.fetchval("SELECT pg_get_serial_sequence($1, 'id')", quoted(table))
    return found


@asynccontextmanager
async def reading(database: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the previous database. Raises Unreadable for anything that goes wrong in the block."""
    try:
        async with connected(database) as connection:
            await connection.execute(PATIENCE)
            yield connection
    except AWAY as error:
        raise Unreadable(reason(error)) from error
