"""A real `perch up` with four web processes, and users who call it over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from server.core.security import api_keys as keys
from tests import servers
from tests.callers import Caller
from tests.waiting import wait_for

REGISTER = """
    WITH person AS (INSERT INTO users (handle, name) VALUES ($1, $1) RETURNING id)
    INSERT INTO api_keys (user_id, hash, name, scopes)
    SELECT id, $2, 'tests', '{read,write,account}' FROM person RETURNING user_id
"""
REGISTER_ADMIN = """
    WITH person AS (INSERT INTO users (handle, name, is_admin) VALUES ($1, $1, true) RETURNING id)
    INSERT INTO api_keys (user_id, hash, name, scopes)
    SELECT id, $2, 'tests', '{read,write,account,admin}' FROM person RETURNING user_id
"""

# The token that Prometheus sends to the four.
TOKEN = "0123456789abcdef"

KINDS = ("DUMP_HOUR", "DUMP_DAY", "DUMP_WEEK", "DRILL", "LOGS", "RETENTION", "RECONCILE")
EVERY_MINUTE = {f"{kind}_CRON": "* * * * *" for kind in KINDS}


@dataclass
class Perch:
    """A running `perch up`."""

    process: subprocess.Popen[str]
    url: str
    folder: Path
    settings: dict[str, str]
    _names: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def command(self, *arguments: str, expect: int = 0) -> str:
        """Run `perch …` with the same settings alongside it; returns what it prints."""
        done = subprocess.run(
            [servers.PERCH, *arguments],
            cwd=self.folder,
            env=servers.environment(**self.settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout if expect == 0 else done.stderr

    async def register(
        self, client: httpx.AsyncClient, count: int = 1, *, admin: bool = False
    ) -> list[Caller]:
        """Create new users directly in the database, because the command takes half a second for each."""
        connection, people = await self.connect(), []
        statement = REGISTER_ADMIN if admin else REGISTER
        for _ in range(count):
            handle, key = f"u{next(self._names)}", keys.generate()
            user_id = await connection.fetchval(statement, handle, keys.digest(key))
            people.append(Caller(client.request, key, user_id, handle))
        await connection.close()
        return people

    async def connect(self) -> asyncpg.Connection:
        """Connect to its database directly."""
        found: asyncpg.Connection = await asyncpg.connect(
            host=f"{self.folder}/data/run", user="perch", database="perch"
        )
        return found

    def children(self) -> dict[int, str]:
        """The living processes below the parent, with their commands."""
        return {pid: command for pid, parent, command in processes() if parent == self.process.pid}

    def family(self) -> list[str]:
        """The commands of all living processes that use the data folder, whoever started them."""
        data = str(self.folder / "data")
        return [command for pid, _, command in processes() if data in command or pid == self.process.pid]


def processes() -> Iterator[tuple[int, int, str]]:
    """Process id, parent and command of every living process."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rsplit(") ", 1)[1].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if state != "Z":
            yield int(folder.name), int(parent), command


def alive(pids: Iterable[int]) -> set[int]:
    """The processes among these that are alive."""
    return set(pids) & {pid for pid, _, _ in processes()}


def is_web(pid: int) -> bool:
    """Whether it is a web process, judging by the name that it gave itself."""
    return Path(f"/proc/{pid}/comm").read_text().startswith("perch web")


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Perch]:
    """Run `perch up` in an empty environment and wait until it serves requests."""
    settings = {"PORT": str(servers.free_port()), "DATA_DIR": str(folder / "data"), **settings}
    log = folder / "perch.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [servers.PERCH, "up"],
            cwd=folder,
            env=servers.environment(**settings),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    url = f"http://127.0.0.1:{settings['PORT']}"
    try:
        wait_for(
            lambda: (is_ready(url) and "is running" in log.read_text()) or process.poll() is not None,
            "perch up serving",
            seconds=90,
        )
        assert process.poll() is None, log.read_text()
        yield Perch(process, url, folder, settings)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def is_ready(url: str) -> bool:
    """Whether all its parts answer."""
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def log_of(perch: Perch) -> str:
    """Everything that it has printed so far."""
    return re.sub(r"\x1b\[[0-9;]*m", "", (perch.folder / "perch.log").read_text())


def users(perch: Perch) -> list[str]:
    return [user["handle"] for user in json.loads(perch.command("users", "list", "--json"))]


def perch(folder: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [servers.PERCH, *command],
        cwd=folder,
        env=servers.environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="session")
def four(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perch]:
    """A Perch with four web processes, and with every scheduled task running each minute."""
    with running(
        tmp_path_factory.mktemp("four"), WEB_CONCURRENCY="4", METRICS_TOKEN=TOKEN, **EVERY_MINUTE
    ) as perch:
        yield perch


@pytest_asyncio.fixture(scope="session")
async def http(four: Perch) -> AsyncIterator[httpx.AsyncClient]:
    """A client that spreads its requests over the web processes."""
    limits = httpx.Limits(max_connections=60, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=four.url, timeout=30, limits=limits) as client:
        yield client


@pytest_asyncio.fixture
async def alice(four: Perch, http: httpx.AsyncClient) -> Caller:
    """A new user."""
    return (await four.register(http))[0]


@pytest_asyncio.fixture
async def bob(four: Perch, http: httpx.AsyncClient) -> Caller:
    """Another new user."""
    return (await four.register(http))[0]
