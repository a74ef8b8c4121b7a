"""What the database that was there hands to the one that is restored in its place: ids, and acts since.

It is read as far as it can be: that it is damaged may be why another takes its place.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from config.addresses import DatabaseAddress
from server.core.audit import Act
from server.core.database.connection import AWAY
from server.core.transient import reason
from tasks.dumps.postgres import connected, quoted

# So many ids may be given to others while the one gives way to the other.
ROOM = 10_000

# Whoever holds a lock there does not hold up a restore.
PATIENCE = "SET lock_timeout = '5s'; SET statement_timeout = '60s'"

# By these rows a database knows its own: nobody else's have their times, to the microsecond.
MARKS = {"users": "created_at", "audit_acts": "at", "scheduled_runs": "ended_at"}

COLUMNS = "id, at, actor_id, key_id, act, user_id, subject_id, details"

IDENTITIES = """
    SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'
"""

# An act whose id is another's here gets a new one.
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
    """An act that was taken over. `user` is to whom it was done, by the handle, where that is known."""

    at: datetime
    act: str
    user: str | None
    subject: int | None
    details: dict[str, Any]


class Unreadable(Exception):
    """What was there cannot be read; the text says why."""


async def hand_over_ids(before: DatabaseAddress, restored: asyncpg.Connection) -> bool:
    """So that no id that was given there is given to somebody else; False where both are not one Perch's.

    Raises:
        Unreadable: what was there is as it is.
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
    """So that no act is off the record for a restore; those that the dump did not hold, besides restores.

    To be called when nobody writes to what was there any more.

    Raises:
        Unreadable: what was there is as it is.
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
    """Whether the one was the other once."""
    for table, moment in MARKS.items():
        if not await before.fetchval("SELECT to_regclass($1)", table):
            continue  # an earlier version's
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
    """Give no id of this table again: neither one that is there, nor one up to `last`."""
    sequence = await sequence_of(connection, table)
    await connection.execute(
        f"SELECT setval('{sequence}', greatest((SELECT max(id) FROM {quoted(table)}), $1::bigint, "
        f"(SELECT last_value FROM {sequence})))",
        last,
    )


async def skip_ids(connection: asyncpg.Connection, table: str) -> None:
    """Leave out ids that may have been given since the dump: as many as before it, and at least ROOM."""
    sequence = await sequence_of(connection, table)
    await connection.execute(
        f"SELECT setval('{sequence}', last_value + greatest(last_value, $1::bigint)) FROM {sequence}", ROOM
    )


async def sequence_of(connection: asyncpg.Connection, table: str) -> str:
    """The sequence of a table's ids, as SQL has it."""
    found: str = await connection.fetchval("SELECT pg_get_serial_sequence($1, 'id')", quoted(table))
    return found


@asynccontextmanager
async def reading(database: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    """A connection to what was there. Raises Unreadable for whatever goes wrong in the block."""
    try:
        async with connected(database) as connection:
            await connection.execute(PATIENCE)
            yield connection
    except AWAY as error:
        raise Unreadable(reason(error)) from error
