"""The old database: checked, then read in batches from one snapshot, and never written to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from config.database_address import DatabaseAddress
from server.core.database.connecting import connect
from server.core.database.connection import AWAY, CONNECT_TIMEOUT, NO_TIMEOUTS, SESSION_SETTINGS
from server.importing.errors import SourceUnusable

# The number of rows in one transaction here, and in one round trip there.
BATCH = 1000

NUMBER = ("int2", "int4", "int8")
TEXT = ("text", "varchar", "bpchar")

# The tables and columns that its migrations create, and the types that we accept.
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "alembic_version": {"version_num": TEXT},
    "users": {"id": NUMBER, "api_key": TEXT, "name": TEXT},
    "tweets": {
        "id": NUMBER,
        "content": TEXT,
        "tweet_media_ids": ("_int2", "_int4", "_int8"),
        "user_id": NUMBER,
        "likes_count": NUMBER,
    },
    "likes": {"user_id": NUMBER, "tweet_id": NUMBER},
    "subscriptions": {
        "subscriber_id": NUMBER,
        "subscribed_to_id": NUMBER,
        "created_at": ("timestamp", "timestamptz"),
    },
    "pictures": {"id": NUMBER, "link": TEXT},
    "medias": {"tweet_id": NUMBER, "picture_id": NUMBER},
}

# What the old database's owner may have defined must not change what our statements mean.
SESSION = {**SESSION_SETTINGS, **NO_TIMEOUTS, "search_path": "pg_catalog, public"}

# Only plain tables that show everybody the same rows: a view, or a table that inherits from another server's,
# could show something else to each step.
THERE = """
    SELECT a.attname AS name, t.typname AS type
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.oid = to_regclass($1) AND c.relkind = 'r' AND NOT c.relrowsecurity
        AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid)
        AND a.attnum > 0 AND NOT a.attisdropped AND t.typnamespace = 'pg_catalog'::regnamespace
"""

FINGERPRINT = """
    SELECT md5(string_agg(id || ':' || md5(coalesce(name, '')), ',' ORDER BY id))
    FROM (SELECT id, name FROM users WHERE id <= $1::bigint ORDER BY id LIMIT 10000) first
"""


class Source:
    """A snapshot of the old database, which doesn't show anything that is written there meanwhile."""

    def __init__(self, address: DatabaseAddress, connection: Any) -> None:
        self.name = str(address)
        self._connection = connection

    async def value(self, sql: str, *values: object) -> Any:
        """The single value that a statement returns."""
        with translated(self.name):
            return await self._connection.fetchval(sql, *values)

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(await self.value(f"SELECT count(*) FROM {table}"))

    async def fingerprint(self, last_user: int) -> str:
        """What distinguishes this database from others, whatever its address: its users up to this one."""
        return str(await self.value(FINGERPRINT, last_user) or "no users")

    async def batches(self, sql: str, position: list[str] | None) -> AsyncIterator[list[Any]]:
        """The rows of a statement that takes a position, starting from it."""
        found = []
        with translated(self.name):
            async for record in self._connection.cursor(sql, position, prefetch=BATCH):
                found.append(record)
                if len(found) == BATCH:
                    yield found
                    found = []
        if found:
            yield found


@asynccontextmanager
async def opened(address: DatabaseAddress) -> AsyncIterator[Source]:
    """The old database, in one transaction that can only read.

    Raises:
        SourceUnusable: it does not respond, or is not a database of the first implementation.
    """
    with translated(str(address)):
        connection = await connect(
            address,
            within=CONNECT_TIMEOUT,
            server_settings={"application_name": "perch import"},
            session=SESSION,
        )
    try:
        with translated(str(address)):
            snapshot = connection.transaction(isolation="repeatable_read", readonly=True)
            await snapshot.start()
            await _check(connection, str(address))
        yield Source(address, connection)
        await connection.close()
    finally:
        connection.terminate()


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Translate errors of the old database into one line that says so."""
    try:
        yield
    except AWAY as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceUnusable(f"the old database {name} can't be read: {said}") from None


async def _check(connection: Any, name: str) -> None:
    if await connection.fetchval("SHOW server_encoding") == "SQL_ASCII":
        raise SourceUnusable(f"the old database {name} has the encoding SQL_ASCII: its texts can't be read")
    wrong = []
    for table, columns in COLUMNS.items():
        there = {found["name"]: found["type"] for found in await connection.fetch(THERE, table)}
        if not there:
            wrong.append(f"the table {table}")
            continue
        for column, types in columns.items():
            if column not in there:
                wrong.append(f"{table}.{column}")
            elif there[column] not in types:
                wrong.append(f"{table}.{column} as {types[-1].lstrip('_')}, it is {there[column]}")
    if wrong:
        raise SourceUnusable(
            f"{name} isn't a database of the first implementation: it lacks {'; '.join(wrong)}"
        )
