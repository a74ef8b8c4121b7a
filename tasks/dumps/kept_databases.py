"""Databases that restores set aside, or created for inspection; a mark lets us list and drop them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from server.operations.dumps.errors import DumpFailed
from tasks.dumps.postgres import quoted
from tasks.dumps.scratch import NAME_LENGTH

# The database to connect to for renaming and dropping others.
MAINTENANCE = "postgres"

STAMP = "%Y%m%dT%H%M%S"
ENDING = "_before_([0-9]{8}T[0-9]{6})_[0-9a-f]{4}$"
ENDING_LENGTH = len("_before_20261124T180500_5f3a")

# The beginning of the comment on a database that a restore created.
MARK = "restored by perch at "
MARKED = f"^{MARK}([0-9]{{8}}T[0-9]{{6}})$"

# Whatever database they belong to, as a restore may have been into another one; databases of other roles
# aren't ours.
DATABASES = """
    SELECT name, stamp,
        CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END AS bytes
    FROM (SELECT oid, datname AS name, coalesce(substring(datname FROM $1),
        substring(shobj_description(oid, 'pg_database') FROM $2)) AS stamp
        FROM pg_database WHERE pg_has_role(datdba, 'USAGE')) found
    WHERE stamp IS NOT NULL AND name <> $3
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A database that a restore replaced, or one that a restore created for inspection.

    `bytes` is None if this role may not know the size.
    """

    name: str
    since: datetime
    bytes: int | None


def new_name(database: str) -> str:
    """The new name of a database that is set aside."""
    beginning = database[: NAME_LENGTH - ENDING_LENGTH]
    return f"{beginning}_before_{datetime.now(UTC):{STAMP}}_{secrets.token_hex(2)}"


async def listed(connection: asyncpg.Connection, in_use: str) -> list[Kept]:
    """All kept databases on this connection's server except the one in use, the oldest first."""
    found = await connection.fetch(DATABASES, ENDING, MARKED, in_use)
    kept = [
        Kept(row["name"], datetime.strptime(row["stamp"], STAMP).replace(tzinfo=UTC), row["bytes"])
        for row in found
    ]
    return sorted(kept, key=lambda database: database.since)


async def mark(server: asyncpg.Connection, name: str) -> None:
    """Mark a database next to the one in use as created by a restore."""
    await server.execute(f"COMMENT ON DATABASE {quoted(name)} IS '{MARK}{datetime.now(UTC):{STAMP}}'")


async def forget(server: asyncpg.Connection, in_use: str, name: str) -> None:
    """Drop a kept database for good. Raises DumpFailed if no restore left it, or someone uses it."""
    if name not in {database.name for database in await listed(server, in_use)}:
        raise DumpFailed(f"no restore left a database {name}; `perch kept list` shows them all")
    try:
        await server.execute(f"DROP DATABASE {quoted(name)}")
    except asyncpg.ObjectInUseError:
        who = "another Perch, or a database client"
        raise DumpFailed(f"the database {name} is in use ({who}), so nothing was dropped") from None
