"""Live updates across four processes: whichever of them dies, every event arrives once and in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from contextlib import AsyncExitStack

import asyncpg
import httpx
import pytest

from tests.callers import Caller
from tests.realtime.listening import Follower, Listener, listening
from tests.waiting import until
from tests.whole.conftest import Perch, is_web

# The time from alice's request until every stream must have the event: generous, for a busy machine.
WITHIN = 10


def texts_of(listener: Listener) -> list[str]:
    return [told["tweet"]["content"] for told in listener.of("tweet")]


async def test_streams_of_every_process_receive_what_happens_on_any(
    four: Perch, alice: Caller, bob: Caller
) -> None:
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(listening(four.url, bob)) for _ in range(12)]
        tweet_id = await alice.tweet("to all processes")
        for stream in streams:
            await stream.wait_for("tweet", within=WITHIN)
            assert stream.of("tweet")[0]["tweet"]["id"] == tweet_id
            assert stream.numbers == sorted(set(stream.numbers))


@pytest.mark.fault("live")
async def test_a_client_disconnected_by_killed_processes_gets_every_tweet_once_in_order(
    four: Perch, alice: Caller, bob: Caller
) -> None:
    follower = Follower(four.url, bob)
    following = asyncio.create_task(follower.until("tweet 23", within=30))
    await until(lambda: follower.stream is not None)
    texts = [f"tweet {number}" for number in range(24)]
    victims = [pid for pid in four.children() if is_web(pid)]
    assert len(victims) == 4
    for number, text in enumerate(texts):
        if number % 6 == 3:
            os.kill(victims[number // 6], signal.SIGKILL)
        while not await was_made(four, text):
            with contextlib.suppress(httpx.TransportError, AssertionError):
                await alice.tweet(text)
    await following
    assert follower.texts == texts
    assert follower.numbers == sorted(set(follower.numbers))
    assert "reset" not in {told["type"] for told in follower.heard}
    assert follower.connections > 1, "the process that held the stream was among the killed"


async def was_made(perch: Perch, text: str) -> bool:
    connection = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    found = await connection.fetchval("SELECT count(*) FROM tweets WHERE content = $1", text)
    await connection.close()
    return bool(found)


@pytest.mark.fault("redis")
async def test_a_restart_of_redis_changes_nothing(four: Perch, alice: Caller, bob: Caller) -> None:
    async with listening(four.url, bob) as stream:
        valkey = [pid for pid, command in four.children().items() if "valkey" in command]
        os.kill(valkey[0], signal.SIGKILL)
        await alice.tweet("while it is away")
        await stream.wait_for("tweet", within=WITHIN)
        await alice.tweet("afterwards")
        await stream.wait_for("tweet", 2, within=WITHIN)
        assert texts_of(stream) == ["while it is away", "afterwards"]


@pytest.mark.fault("postgres")
async def test_dropped_database_connections_lose_no_event(four: Perch, alice: Caller, bob: Caller) -> None:
    async with listening(four.url, bob) as stream:
        await alice.tweet("before")
        await stream.wait_for("tweet", within=WITHIN)
        server = await asyncpg.connect(host=f"{four.folder}/data/run", user="perch", database="perch")
        await server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'perch' AND usename = 'perch' AND pid <> pg_backend_pid()"
        )
        await server.execute("INSERT INTO tweets (author_id, content) VALUES ($1, 'meanwhile')", alice.id)
        await server.close()
        await stream.wait_for("tweet", 2, within=WITHIN)
        assert texts_of(stream) == ["before", "meanwhile"]
