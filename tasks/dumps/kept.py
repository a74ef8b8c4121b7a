"""Databases that restores put aside: named so that they are found again, listed and dropped."""

from __future__ import annotations

import re
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
ENDING = re.compile(r"_before_(\d{8}T\d{6})_[0-9a-f]{4}", re.ASCII)
ENDING_LENGTH = len("_before_20261124T180500_5f3a")

DATABASES = """
    SELECT datname AS name, CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END
        AS size FROM pg_database ORDER BY datname
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A database that was there before a restore. `size` in bytes, None where this role may not know it."""

    name: str
    since: datetime
    size: int | None


def new_name(database: str) -> str:
    """What a database is called from now on that is put aside."""
    return f"{beginning(database)}_before_{datetime.now(UTC):{STAMP}}_{secrets.token_hex(2)}"


def beginning(database: str) -> str:
    """As much of a name as leaves room for the ending."""
    return database[: NAME_LENGTH - ENDING_LENGTH]


async def listed(address: DatabaseAddress) -> list[Kept]:
    """All that were put aside for this one, the oldest first."""
    async with connected(address) as connection:
        found = await connection.fetch(DATABASES)
    kept = []
    for row in found:
        start = beginning(address.database)
        ending = ENDING.fullmatch(row["name"].removeprefix(start))
        if ending is None or not row["name"].startswith(start):
            continue
        since = datetime.strptime(ending[1], STAMP).replace(tzinfo=UTC)
        kept.append(Kept(row["name"], since, row["size"]))
    return sorted(kept, key=lambda database: database.since)


async def forget(address: DatabaseAddress, name: str) -> None:
    """Drop one for ever. Raises DumpFailed where none of this name was put aside."""
    if name not in {database.name for database in await listed(address)}:
        raise DumpFailed(f"no database {name} was put aside by a restore: `perch kept list` names them")
    async with connected(address, MAINTENANCE) as server:
        await drop(server, name)
