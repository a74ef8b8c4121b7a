"""`perch up` with a database and a Redis behind proxies, and all that can be seen of it from outside."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from redis.asyncio import Redis

from config.settings import Settings
from server.models import migrate
from server.security import keys
from tests import proxy, servers
from tests.callers import Caller
from tests.proxy import Proxy
from tests.whole.conftest import REGISTER, is_ready, processes

DATABASE = "soak"


@dataclass
class Site:
    """A running Perch."""

    process: subprocess.Popen[str]
    url: str
    folder: Path
    database: Proxy
    redis: Proxy
    own: Settings
    settings: dict[str, str]

    async def redis_pid(self) -> int:
        """Of the real one."""
        async with Redis.from_url(self.own.redis.url) as redis:
            return int((await redis.info("server"))["process_id"])

    def family(self) -> dict[int, str]:
        """Perch's processes and their names."""
        below = {self.process.pid}
        found = list(processes())
        while more := {pid for pid, parent, _ in found if parent in below} - below:
            below |= more
        names = {}
        for pid in below:
            with suppress(OSError):
                names[pid] = Path(f"/proc/{pid}/comm").read_text().strip()
        return names

    def pids(self, name: str) -> list[int]:
        """Of the processes of that name."""
        return [pid for pid, its in self.family().items() if its == name]

    async def rows(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """Ask the database itself, past the proxy."""
        connection = await asyncpg.connect(**{**self.own.database.connect_arguments(), "database": DATABASE})
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql, *values)
        finally:
            await connection.close()
        return found

    async def register(self, client: httpx.AsyncClient, count: int) -> list[Caller]:
        """New users."""
        people = []
        for number in range(count):
            key = keys.generate()
            handle = f"soaked{number}"
            (found,) = await self.rows(REGISTER, handle, keys.digest(key))
            people.append(Caller(client.request, key, found["user_id"], handle))
        return people

    def command(self, *arguments: str) -> Any:
        """What `perch … --json` says beside it."""
        done = subprocess.run(
            [servers.PERCH, *arguments, "--json"],
            cwd=self.folder,
            env=servers.environment(**self.settings),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    @property
    def log(self) -> str:
        """All that it printed."""
        return (self.folder / "perch.log").read_text()


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Site]:
    """Until the end of the block."""
    with servers.embedded_servers(folder / "servers") as own:
        asyncio.run(_prepare(own))
        sockets = Path(str(own.database.host))
        with (
            proxy.before(str(sockets / ".s.PGSQL.5432")) as database,
            proxy.before(str(sockets / "valkey.sock")) as redis,
        ):
            chosen = {
                "PORT": str(servers.free_port()),
                "DATA_DIR": str(folder / "data"),
                "DATABASE_URL": f"postgresql://perch@127.0.0.1:{database.port}/{DATABASE}",
                "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
                "RATE_LIMITS": "off",
                **settings,
            }
            with (folder / "perch.log").open("w") as out:
                process = subprocess.Popen(
                    [servers.PERCH, "up"],
                    cwd=folder,
                    env=servers.environment(**chosen),
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            url = f"http://127.0.0.1:{chosen['PORT']}"
            try:
                servers.wait_for(lambda: is_ready(url), "perch up answering", seconds=60)
                yield Site(process, url, folder, database, redis, own, chosen)
            finally:
                database.mode = redis.mode = proxy.Pass()
                process.terminate()
                process.wait(60)


async def _prepare(own: Settings) -> None:
    address = own.model_copy(
        update={"database_url": f"postgresql://perch@/{DATABASE}?host={own.database.host}"}
    )
    await migrate.create_database(address.database)
    await migrate.upgrade(address.database)


def open_files(pid: int) -> int:
    """File handles of a process."""
    with suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0
