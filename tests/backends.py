"""A migrated PostgreSQL and a Valkey behind proxies, so that tests can break them in any way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database import migrate, own_server
from tests import proxy, servers
from tests.proxy import Pass, Proxy

DATABASE = "behind"


@dataclass
class Backends:
    """How to break the servers, and how to look behind the proxies; `own` bypasses them."""

    own: Settings
    database: Proxy
    redis: Proxy

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a Perch that uses these servers through the proxies."""
        return {
            "DATABASE_URL": f"postgresql://perch@127.0.0.1:{self.database.port}/{DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
        }

    @property
    def address(self) -> DatabaseAddress:
        """The address of the database itself."""
        return DatabaseAddress.parse(f"postgresql://perch@/{DATABASE}?host={self.own.database.host}")

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection to the database itself."""
        connection = await asyncpg.connect(**self.address.connect_arguments())
        try:
            yield connection
        finally:
            await connection.close()

    async def rows(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """Query the database itself."""
        async with self.connected() as connection:
            found: list[asyncpg.Record] = await connection.fetch(sql, *values)
            return found

    def mend(self) -> None:
        """Let everything pass again."""
        self.database.mode = self.redis.mode = Pass()


@contextmanager
def backends(folder: Path) -> Iterator[Backends]:
    """Runs both for the duration of the block; at its end everything passes, so that their users can stop."""
    with servers.embedded_servers(folder) as own:
        sockets = Path(str(own.database.host))
        with (
            proxy.before(str(sockets / ".s.PGSQL.5432")) as database,
            proxy.before(str(sockets / "valkey.sock")) as redis,
        ):
            found = Backends(own, database, redis)
            asyncio.run(_prepare(found.address))
            yield found


async def _prepare(address: DatabaseAddress) -> None:
    await own_server.create_database(address)
    await migrate.upgrade(address)
