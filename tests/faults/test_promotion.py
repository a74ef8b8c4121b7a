"""A standby is promoted: Perch follows by itself, and no confirmed write is lost."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from server.core.security import api_keys as keys
from tests import pictures, servers
from tests.callers import Caller
from tests.faults.asking import asking, well
from tests.faults.conftest import started
from tests.faults.test_redis import made_at_once
from tests.replicas import Postgres, Valkeys, postgres_pair, valkey_pair
from tests.waiting import lasting, until, wait_for
from tests.whole.conftest import REGISTER, is_ready

# The promised number of seconds.
FOLLOWS_WITHIN = 30

# The seconds of load before the promotion, so that there is something to lose.
WRITTEN_FOR = 2


@dataclass
class Pair:
    """A Perch with two of every server, and the writes that it has confirmed."""

    url: str
    folder: Path
    first: Postgres
    second: Postgres
    valkeys: Valkeys

    @property
    def log(self) -> str:
        """Everything that its processes printed."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Web processes, a worker and a scheduler. A promotion can't be undone, so each test has its own."""
    with postgres_pair(tmp_path / "postgres") as (first, second), valkey_pair(tmp_path / "valkey") as valkeys:
        port = servers.free_port()
        environment = servers.environment(
            PORT=str(port),
            DATA_DIR=str(tmp_path / "data"),
            DATABASE_URL=f"postgresql://perch@127.0.0.1:{first.port},127.0.0.1:{second.port}/perch",
            REDIS_URL=valkeys.url,
            WEB_CONCURRENCY="2",
        )
        subprocess.run(
            [servers.PERCH, "migrate"], cwd=tmp_path, env=environment, check=True, capture_output=True
        )
        processes = [started(tmp_path, command, environment) for command in ("serve", "worker", "scheduler")]
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(lambda: is_ready(url), "perch serve answering")
            yield Pair(url, tmp_path, first, second, valkeys)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)


@pytest_asyncio.fixture
async def client(pair: Pair) -> AsyncIterator[httpx.AsyncClient]:
    """A client that opens a connection for each request."""
    limits = httpx.Limits(max_keepalive_connections=0, max_connections=1000)
    async with httpx.AsyncClient(base_url=pair.url, timeout=60, limits=limits) as found:
        yield found


@pytest_asyncio.fixture
async def alice(pair: Pair, client: httpx.AsyncClient) -> Caller:
    """A user."""
    key = keys.generate()
    ((user_id,),) = await pair.first.rows(REGISTER, "alice", keys.digest(key))
    return Caller(client.request, key, user_id, "alice")


@pytest.mark.fault("postgres-promoted")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hangs"])
async def test_after_a_promotion_perch_follows_and_no_confirmed_write_is_lost(
    pair: Pair, alice: Caller, end: signal.Signals, measured: Callable[[str], None]
) -> None:
    async with asking(alice) as answers:
        await lasting(WRITTEN_FOR)
        pair.first.server.signal(end)
        await pair.second.promote()
        back = await well(alice, within=FOLLOWS_WITHIN)
    assert not answers.wrong, answers.wrong[:3]
    assert answers.published
    found = await pair.second.rows("SELECT content FROM tweets WHERE content = ANY($1)", answers.published)
    assert sorted(row["content"] for row in found) == sorted(answers.published)
    await until(lambda: made_at_once(alice), within=FOLLOWS_WITHIN)  # processed by the worker
    if end is signal.SIGSTOP:  # it resumes, and believes that it is the primary
        pair.first.server.signal(signal.SIGCONT)
        assert (await alice.post("/api/tweets", json={"tweet_data": "behind its back"})).status == 201
        assert await pair.second.rows("SELECT 1 FROM tweets WHERE content = 'behind its back'")
    how = "killed" if end is signal.SIGKILL else "hanging"
    measured(
        f"the primary {how}: {answers.words}, all {len(answers.published)} there; back after {back:.1f} s"
    )


@pytest.mark.fault("postgres-promoted")
async def test_live_updates_go_on_after_a_promotion(
    pair: Pair, client: httpx.AsyncClient, alice: Caller
) -> None:
    """The relay, its lock and the listeners use connections of their own."""
    heard: list[str] = []

    async def listen() -> None:
        headers = {"api-key": alice.key or ""}
        async with client.stream("GET", "/api/stream", headers=headers) as stream:
            async for line in stream.aiter_lines():
                heard.append(line)

    listening = asyncio.create_task(listen())
    try:
        await until(lambda: bool(heard))
        pair.first.server.signal(signal.SIGKILL)
        await pair.second.promote()
        await well(alice, within=FOLLOWS_WITHIN)
        tweet_id = await alice.tweet("heard of?")
        await until(lambda: any(str(tweet_id) in line for line in heard), within=FOLLOWS_WITHIN)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


@pytest.mark.fault("redis-promoted")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hangs"])
async def test_perch_follows_the_successor_that_sentinels_name(
    pair: Pair, alice: Caller, end: signal.Signals, measured: Callable[[str], None]
) -> None:
    _, second = pair.valkeys.ports
    async with asking(alice) as answers:
        await until(lambda: made_at_once(alice))
        pair.valkeys.servers[0].signal(end)
        upload = await alice.upload(pictures.jpeg(300, 200))
        await until(lambda: pair.valkeys.primary() == second)
        began = time.monotonic()
        await until(lambda: made_at_once(alice), within=FOLLOWS_WITHIN)
        back = time.monotonic() - began
        pair.valkeys.servers[0].signal(signal.SIGCONT)
    assert upload.status == 201
    assert set(answers.statuses) <= {200, 201}, answers.words
    found = await pair.first.rows("SELECT 1 FROM tweets WHERE content = ANY($1)", answers.published)
    assert len(found) == len(answers.published)
    health = await alice.raw("GET", "/health/ready")
    assert health.status_code == 200
    how = "killed" if end is signal.SIGKILL else "hanging"
    measured(f"the primary {how}: {answers.words}; pictures are made {back:.1f} s after the promotion")
