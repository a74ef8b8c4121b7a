"""Nobody ever sees outdated data: once a write is answered, every process of every host knows about it.

`THOROUGH=1` hammers longer.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from config.settings import Settings
from server.core.database import migrate, own_server
from server.core.security import api_keys as keys
from tests import servers
from tests.callers import Caller
from tests.thorough import much
from tests.waiting import wait_for
from tests.whole.conftest import REGISTER, REGISTER_ADMIN, Perch, is_ready, is_web, processes
from tests.whole.freshness import EACH, hammer

ROUNDS = much(usually=4, thoroughly=60)


@pytest.mark.fault("own-tweet")
async def test_every_write_can_be_read_back_from_each_of_four_processes(
    four: Perch, http: httpx.AsyncClient, measured: Callable[[str], None]
) -> None:
    people = await four.register(http, 6)
    (admin,) = await four.register(http, admin=True)
    checked = await hammer(people, [http], rounds=ROUNDS, admin=admin)
    assert checked == 3 * ROUNDS * EACH * 6
    measured(f"{checked:,} reads after a write, by its author and others, through 4 processes: each saw it")


@dataclass
class Host:
    """The web processes of one `perch serve`."""

    pid: int
    url: str

    def web(self) -> list[int]:
        """The ids of its web processes."""
        return [pid for pid, parent, _ in processes() if parent == self.pid and is_web(pid)]

    def keeper(self) -> int:
        """The web process that holds the lease: it has a lock on the table of versions."""
        locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        holders = {int(lock[4]) for lock in locks if lock[1:4] == ["POSIX", "ADVISORY", "WRITE"]}
        (found,) = holders & set(self.web())
        return found


@dataclass
class Two:
    """Two hosts that share only PostgreSQL and Redis."""

    database: str
    hosts: list[Host]

    async def register(self, count: int, *, admin: bool = False) -> list[Caller]:
        """Create new users."""
        connection = await asyncpg.connect(host=self.database, user="perch", database="perch")
        people, statement = [], REGISTER_ADMIN if admin else REGISTER
        for _ in range(count):
            key = keys.generate()
            handle = f"u{os.urandom(6).hex()}"
            user_id = await connection.fetchval(statement, handle, keys.digest(key))
            people.append(Caller(httpx.AsyncClient().request, key, user_id, handle))
        await connection.close()
        return people


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Two parent processes with two web processes each, as on two machines."""
    folder = tmp_path_factory.mktemp("two")
    with ExitStack() as stack:
        own = stack.enter_context(servers.embedded_servers(folder / "servers"))
        asyncio.run(own_server.create_database(own.database))
        asyncio.run(migrate.upgrade(own.database))
        hosts = [stack.enter_context(serving(folder / name, own)) for name in ("one", "another")]
        yield Two(own.database.host or "", hosts)


@contextmanager
def serving(folder: Path, own: Settings) -> Iterator[Host]:
    """A `perch serve` with its own data folder; waits until it answers."""
    folder.mkdir()
    port = str(servers.free_port())
    settings = {
        "PORT": port,
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"postgresql://perch@/perch?host={own.database.host}",
        "REDIS_URL": own.redis.url,
        "WEB_CONCURRENCY": "2",
    }
    url = f"http://127.0.0.1:{port}"
    with servers.perch("serve", folder=folder, **settings) as process:
        wait_for(lambda: is_ready(url), "perch serve answering")
        yield Host(process.pid, url)


@pytest_asyncio.fixture
async def clients(two: Two) -> AsyncIterator[list[httpx.AsyncClient]]:
    """One client for each host, with a new connection for each request."""
    async with AsyncExitStack() as stack:
        limits = httpx.Limits(max_keepalive_connections=0)
        yield [
            await stack.enter_async_context(httpx.AsyncClient(base_url=host.url, timeout=30, limits=limits))
            for host in two.hosts
        ]


async def test_writes_through_either_host_are_visible_on_both(
    two: Two, clients: list[httpx.AsyncClient]
) -> None:
    people = await two.register(4)
    (admin,) = await two.register(1, admin=True)
    assert await hammer(people, clients, rounds=ROUNDS, admin=admin) == 2 * ROUNDS * EACH * 6


async def test_while_a_lease_holder_is_frozen_its_host_does_not_trust_its_cache(
    two: Two, clients: list[httpx.AsyncClient]
) -> None:
    """It receives nothing: the other host waits for its lease to end, and its own host asks the database."""
    people = await two.register(2)
    await hammer(people, clients, rounds=1)
    await Caller(clients[0].request, people[0].key).tweet("before")
    await kept_by_each(people[0], clients[1])
    frozen = two.hosts[1].keeper()
    os.kill(frozen, signal.SIGSTOP)
    try:
        text = await clients_agree(people[0], clients)
    finally:
        os.kill(frozen, signal.SIGCONT)
    # The host was evicted meanwhile, so its cache is invalidated.
    assert (await asyncio.gather(*(newest(people[0], client) for client in clients * 3))) == [text] * 6
    await hammer(people, clients, rounds=1)


async def test_a_killed_lease_holder_is_replaced(two: Two, clients: list[httpx.AsyncClient]) -> None:
    people = await two.register(2)
    for host in two.hosts:
        os.kill(host.keeper(), signal.SIGKILL)
    await hammer(people, clients, rounds=1)
    assert {host.keeper() for host in two.hosts}


async def clients_agree(who: Caller, clients: list[httpx.AsyncClient]) -> str:
    """A tweet written at the first host can be read at the second, even if one of its processes is frozen."""
    writer = Caller(clients[0].request, who.key, who.id, who.handle)
    text = os.urandom(8).hex()
    await writer.tweet(text)
    for client in clients:
        assert await newest(who, client) == text
    return text


async def kept_by_each(who: Caller, client: httpx.AsyncClient) -> None:
    """Read there until both processes, told apart by their request ids, have answered twice."""
    answered: Counter[str] = Counter()
    at = Caller(client.request, who.key, who.id, who.handle)
    async with asyncio.timeout(10):
        while len(answered) < 2 or min(answered.values()) < 2:
            answers = await asyncio.gather(*(at.get("/api/tweets", params={"limit": 1}) for _ in range(8)))
            answered.update(answer.headers["x-request-id"].split("-")[0] for answer in answers)


async def newest(who: Caller, client: httpx.AsyncClient) -> str:
    """The text of the newest tweet there."""
    tweets = await Caller(client.request, who.key, who.id, who.handle).timeline(limit=1)
    return str(tweets[0]["content"])


async def test_a_host_that_vanishes_delays_nobody(two: Two, clients: list[httpx.AsyncClient]) -> None:
    """Writers wait for its lease to end, but only once."""
    people = await two.register(2)
    await hammer(people, clients, rounds=1)
    gone = two.hosts[1]
    for pid in [gone.pid, *gone.web()]:
        os.kill(pid, signal.SIGKILL)
    writer = Caller(clients[0].request, people[0].key, people[0].id)
    async with asyncio.timeout(10):
        for _ in range(20):
            await writer.tweet("still here")
