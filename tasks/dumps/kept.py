"""Databases that restores put aside: named so that they are found again, listed and dropped."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from config.addresses import DatabaseAddress
from tasks.dumps.errors import DumpFailed
from tasks.dumps.postgres import connected
from tasks.dumps.scratch import NAME_LENGTH, drop

# From where databases are renamed and dropped.
MAINTENANCE = "postgres"

STAMP = "%Y%m%dT%H%M%S"
ENDING = "_before_([0-9]{8}T[0-9]{6})_[0-9a-f]{4}$"
ENDING_LENGTH = len("_before_20261124T180500_5f3a")

# Of whatever database, as a restore may have been into another one; those of other roles are not ours.
DATABASES = """
    SELECT datname AS name, substring(datname FROM $1) AS stamp,
        CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END AS bytes
    FROM pg_database WHERE datname ~ $1 AND pg_has_role(datdba, 'USAGE')
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A database that was there before a restore. `bytes` is None where this role may not know it."""

    name: str
    since: datetime
    bytes: int | None


def new_name(database: str) -> str:
    """What a database is called from now on that is put aside."""
    beginning = database[: NAME_LENGTH - ENDING_LENGTH]
    return f"{beginning}_before_{datetime.now(UTC):{STAMP}}_{secrets.token_hex(2)}"


async def listed(address: DatabaseAddress) -> list[Kept]:
    """All that were put aside on this server, the oldest first. The database itself need not be there."""
    async with connected(address, MAINTENANCE) as server:
        found = await server.fetch(DATABASES, ENDING)
    kept = [
        Kept(row["name"], datetime.strptime(row["stamp"], STAMP).replace(tzinfo=UTC), row["bytes"])
        for row in found
    ]
    return sorted(kept, key=lambda database: database.since)


async def forget(address: DatabaseAddress, name: str) -> None:
    """Drop one for ever. Raises DumpFailed where none of this name was put aside."""
    if name not in {database.name for database in await listed(address)}:
        raise DumpFailed(f"no database {name} was put aside by a restore: `perch kept list` names them")
    async with connected(address, MAINTENANCE) as server:
        await drop(server, name)
