"""What the database that was there hands to the one that is restored in its place: acts since, and ids."""

from __future__ import annotations

import asyncpg

from tasks.dumps.postgres import quoted

# An earlier version may lack either.
TABLES_THERE = "SELECT to_regclass('users') IS NOT NULL AND to_regclass('audit_acts') IS NOT NULL"

# By these a database knows its own: times that nobody else's rows have, to the microsecond.
FIRST_USERS = "SELECT id, created_at FROM users ORDER BY id LIMIT 1000"
KNOWS = """
    SELECT EXISTS (SELECT 1 FROM users JOIN unnest($1::bigint[], $2::timestamptz[]) AS other (id, created_at)
    USING (id, created_at))
"""

COLUMNS = "id, at, actor_id, key_id, act, user_id, subject_id, details"
ACTS_SINCE = f"SELECT {COLUMNS} FROM audit_acts WHERE id > $1 ORDER BY id"

IDENTITIES = """
    SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'
"""


async def hand_over(before: asyncpg.Connection, restored: asyncpg.Connection) -> int:
    """Where both are of one history: how many acts the restored one got, that were done since the dump.

    So that no act is off the record for a restore; and so that no id that was given to anybody since is given
    again, to somebody else. Another Perch's database hands over nothing.
    """
    if not await before.fetchval(TABLES_THERE) or not await is_one_history(before, restored):
        return 0
    newest = await restored.fetchval("SELECT coalesce(max(id), 0) FROM audit_acts")
    acts = [tuple(act) for act in await before.fetch(ACTS_SINCE, newest)]
    await restored.copy_records_to_table("audit_acts", records=acts, columns=COLUMNS.split(", "))
    there = {table["name"] for table in await before.fetch(IDENTITIES)}
    for table in await restored.fetch(IDENTITIES):
        if table["name"] in there:
            last = await before.fetchval(f"SELECT last_value FROM {await sequence_of(before, table['name'])}")
            await leave_room(restored, table["name"], last)
    return len(acts)


async def is_one_history(before: asyncpg.Connection, restored: asyncpg.Connection) -> bool:
    """Whether the one was the other once: one of the first people is in both."""
    people = await restored.fetch(FIRST_USERS)
    ids, times = [user["id"] for user in people], [user["created_at"] for user in people]
    return bool(await before.fetchval(KNOWS, ids, times))


async def leave_room(connection: asyncpg.Connection, table: str, last: int = 1) -> None:
    """Give no id again: neither one that is there, nor one up to the last of another database."""
    sequence = await sequence_of(connection, table)
    await connection.execute(
        f"SELECT setval('{sequence}', greatest((SELECT max(id) FROM {quoted(table)}), $1::bigint, "
        f"(SELECT last_value FROM {sequence})))",
        last,
    )


async def sequence_of(connection: asyncpg.Connection, table: str) -> str:
    """The sequence of a table's ids, as SQL has it."""
    found: str = await connection.fetchval("SELECT pg_get_serial_sequence($1, 'id')", quoted(table))
    return found
