"""A Perch whose database, Redis and bucket are behind proxies, so that tests can break them in any way."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from server.core.security import api_keys as keys
from storage.s3 import Bucket
from tests import disks, proxy, servers
from tests.backends import Backends, backends
from tests.callers import Caller
from tests.proxy import Pass, Proxy
from tests.waiting import wait_for
from tests.whole.conftest import REGISTER, is_ready, is_web
from tests.whole.conftest import processes as living


@dataclass
class Site(Backends):
    """Two web processes and a worker; how to break the servers that they use, and how to look behind them.

    `data` is a small disk of its own where that can be had.
    """

    url: str
    folder: Path
    storage: Proxy
    bucket: Bucket
    has_disk: bool
    parent: int

    @property
    def data(self) -> Path:
        """The folder that holds uploads in progress and log files."""
        return self.folder / "data"

    @property
    def web(self) -> list[int]:
        """The web processes that are alive now."""
        return [pid for pid, parent, _ in living() if parent == self.parent and is_web(pid)]

    @property
    def log(self) -> str:
        """Everything that its processes printed."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def mend(self) -> None:
        """Let everything pass again."""
        super().mend()
        self.storage.mode = Pass()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, ceph_url: str) -> Iterator[Site]:
    """Started once for all tests."""
    folder = tmp_path_factory.mktemp("site")
    bucket = servers.bucket(ceph_url, "faults")
    asyncio.run(servers.make_bucket(bucket))
    has_disk = disks.mount(folder / "data", megabytes=48)
    with backends(folder / "servers") as behind, proxy.before_http(ceph_url) as storage:
        port = servers.free_port()
        environment = servers.environment(
            PORT=str(port),
            DATA_DIR=str(folder / "data"),
            **behind.environment,
            S3_URL=storage.url,
            S3_BUCKET_NAME=bucket.name,
            S3_ACCESS_KEY=bucket.access_key,
            S3_SECRET_KEY=bucket.secret_key,
            WEB_CONCURRENCY="2",
        )
        processes = [started(folder, command, environment) for command in ("serve", "worker")]
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(lambda: is_ready(url), "perch serve answering")
            yield Site(
                **vars(behind),
                url=url,
                folder=folder,
                storage=storage,
                bucket=bucket,
                has_disk=has_disk,
                parent=processes[0].pid,
            )
        finally:
            behind.mend()
            storage.mode = Pass()
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
            if has_disk:
                disks.unmount(folder / "data")


def started(folder: Path, command: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start one part of Perch, which prints into a file."""
    with (folder / f"{command}.log").open("w") as out:
        return subprocess.Popen(
            [servers.PERCH, command],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest_asyncio.fixture
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A client that opens a connection for each request; afterwards everything is repaired."""
    limits = httpx.Limits(max_keepalive_connections=0, max_connections=1000)
    async with httpx.AsyncClient(base_url=site.url, timeout=60, limits=limits) as found:
        yield found
    site.mend()


@pytest_asyncio.fixture
async def alice(site: Site, client: httpx.AsyncClient) -> Caller:
    """A new user."""
    return await newcomer(site, client)


async def newcomer(site: Site, client: httpx.AsyncClient) -> Caller:
    """A new user whom no process has cached yet."""
    key = keys.generate()
    handle = f"u{keys.digest(key).hex()[:12]}"
    (found,) = await site.rows(REGISTER, handle, keys.digest(key))
    return Caller(client.request, key, found["user_id"], handle)
