"""Queueing work never fails, and a problem is logged once."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from config.redis_address import RedisAddress
from config.settings import Settings
from server.core.jobs import Jobs
from server.features.media.jobs import PROCESS, REMOVE
from server.features.privacy.deletion import ERASE_USER
from server.operations import queues
from tasks.broker import create_broker
from tasks.jobs import QueuedJobs
from tests import proxy
from tests.proxy import Pass, Refuse


@pytest.mark.fault("redis")
async def test_queueing_work_never_fails_and_never_hangs() -> None:
    nowhere = create_broker(RedisAddress("redis://127.0.0.1:1/0"))
    jobs: Jobs = QueuedJobs(nowhere)
    async with asyncio.timeout(8):
        assert not await jobs.send(PROCESS, 1)
        await jobs.wait_for("alice", 5)
        await jobs.wake("alice")
        await jobs.send(REMOVE, [1])
    await nowhere.shutdown()


async def test_an_unreachable_queue_is_logged_once_until_it_has_returned(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with proxy.before(unquote(urlsplit(settings.redis.url).path)) as between:
        broker = create_broker(RedisAddress(f"redis://127.0.0.1:{between.port}/9"))
        loud, quiet = QueuedJobs(broker), QueuedJobs(broker, quiet=True)

        def complaints() -> int:
            return sum("workers will find it later: " in line for line in caplog.messages)

        between.mode = Refuse()
        for _ in range(3):
            await quiet.send(ERASE_USER, 1)
        assert complaints() == 0
        for _ in range(3):
            await loud.send(ERASE_USER, 1)
        assert complaints() == 1
        assert not caplog.messages[-1].endswith(": "), "the reason is told"
        between.mode = Pass()
        await loud.send(ERASE_USER, 1)
        await quiet.send(ERASE_USER, 1)
        between.mode = Refuse()
        await quiet.send(ERASE_USER, 1)
        await loud.send(ERASE_USER, 1)
        assert complaints() == 2
        await broker.shutdown()


async def test_a_stream_that_no_worker_has_read_yet_is_no_error(settings: Settings) -> None:
    address = settings.redis_tasks.with_number(8)
    async with Redis.from_url(address.url) as redis:
        await redis.flushdb()
        assert (await queues.read(redis)).waiting == 0
        for stream in queues.NAMES.values():
            await redis.xadd(stream, {"data": b"x"})
        found = await queues.read(redis)
        assert (found.waiting, found.running, found.workers) == (3, 0, 0)
        await redis.flushdb()
