"""A Perch whose database, Redis and bucket are behind proxies, so that everything may happen to them."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from config.settings import Settings
from server.models import migrate
from server.security import keys
from storage.s3 import Bucket
from tests import disks, proxy, servers
from tests.callers import Caller
from tests.proxy import Pass, Proxy
from tests.whole.conftest import REGISTER, is_ready, is_web
from tests.whole.conftest import processes as living

DATABASE = "faults"


@dataclass
class Site:
    """Two web processes and a worker; how to break what they need, and how to look behind it.

    `data` is a small disk of its own where that can be had.
    """

    url: str
    folder: Path
    database: Proxy
    redis: Proxy
    storage: Proxy
    settings: Settings
    bucket: Bucket
    has_disk: bool
    parent: int

    @property
    def data(self) -> Path:
        """Where uploads under way and log files lie."""
        return self.folder / "data"

    @property
    def web(self) -> list[int]:
        """The web processes that live now."""
        return [pid for pid, parent, _ in living() if parent == self.parent and is_web(pid)]

    @property
    def log(self) -> str:
        """All that its processes printed."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    async def rows(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """Ask the database itself."""
        async with self.connected() as connection:
            found: list[asyncpg.Record] = await connection.fetch(sql, *values)
            return found

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection to the database, past the proxy."""
        address = {**self.settings.database.connect_arguments(), "database": DATABASE}
        connection = await asyncpg.connect(**address)
        try:
            yield connection
        finally:
            await connection.close()

    def mend(self) -> None:
        """Let everything pass."""
        self.database.mode = self.redis.mode = self.storage.mode = Pass()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, ceph_url: str) -> Iterator[Site]:
    """Started once for all tests."""
    folder = tmp_path_factory.mktemp("site")
    bucket = servers.bucket(ceph_url, "faults")
    asyncio.run(servers.make_bucket(bucket))
    has_disk = disks.mount(folder / "data", megabytes=48)
    with servers.embedded_servers(folder / "servers") as own:
        asyncio.run(prepare(own))
        sockets = Path(str(own.database.host))
        with (
            proxy.before(str(sockets / ".s.PGSQL.5432")) as database,
            proxy.before(str(sockets / "valkey.sock")) as redis,
            proxy.before_http(ceph_url) as storage,
        ):
            port = servers.free_port()
            environment = servers.environment(
                PORT=str(port),
                DATA_DIR=str(folder / "data"),
                DATABASE_URL=f"postgresql://perch@127.0.0.1:{database.port}/{DATABASE}",
                REDIS_URL=f"redis://127.0.0.1:{redis.port}/0",
                S3_URL=storage.url,
                S3_BUCKET_NAME=bucket.name,
                S3_ACCESS_KEY=bucket.access_key,
                S3_SECRET_KEY=bucket.secret_key,
                WEB_CONCURRENCY="2",
                RATE_LIMITS="off",
            )
            processes = [started(folder, command, environment) for command in ("serve", "worker")]
            url = f"http://127.0.0.1:{port}"
            try:
                servers.wait_for(lambda: is_ready(url), "perch serve answering")
                yield Site(url, folder, database, redis, storage, own, bucket, has_disk, processes[0].pid)
            finally:
                database.mode = redis.mode = storage.mode = Pass()
                for process in processes:
                    process.terminate()
                for process in processes:
                    process.wait(30)
                if has_disk:
                    disks.unmount(folder / "data")


def started(folder: Path, command: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """A part of Perch, which prints into a file."""
    with (folder / f"{command}.log").open("w") as out:
        return subprocess.Popen(
            [servers.PERCH, command],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )


async def prepare(own: Settings) -> None:
    """A migrated database of that name."""
    address = own.model_copy(
        update={"database_url": f"postgresql://perch@/{DATABASE}?host={own.database.host}"}
    )
    await migrate.create_database(address.database)
    await migrate.upgrade(address.database)


@pytest_asyncio.fixture
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A connection for each request; everything is whole again afterwards."""
    limits = httpx.Limits(max_keepalive_connections=0, max_connections=1000)
    async with httpx.AsyncClient(base_url=site.url, timeout=60, limits=limits) as found:
        yield found
    site.mend()


@pytest_asyncio.fixture
async def alice(site: Site, client: httpx.AsyncClient) -> Caller:
    """A new user."""
    return await newcomer(site, client)


async def newcomer(site: Site, client: httpx.AsyncClient) -> Caller:
    """A user whom nobody knew before."""
    key = keys.generate()
    handle = f"u{keys.digest(key).hex()[:12]}"
    (found,) = await site.rows(REGISTER, handle, keys.digest(key))
    return Caller(client.request, key, found["user_id"], handle)
