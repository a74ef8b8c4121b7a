"""The queue: what taskiq's broker loses as it comes, and ours does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from config.addresses import RedisAddress
from config.settings import Settings
from server.domain.jobs import Jobs
from tasks import broker as broker_module
from tasks.broker import GROUP, STREAM, StreamBroker, create_broker
from tasks.catalogue import REMOVE_PICTURES, TASKS
from tasks.queue import QueuedJobs


@pytest.fixture
def address(settings: Settings) -> RedisAddress:
    """A database of Valkey that no worker listens to."""
    return settings.redis.with_number(9)


@pytest_asyncio.fixture
async def redis(address: RedisAddress) -> AsyncIterator[Redis]:
    async with Redis.from_url(address.url) as found:
        await found.flushdb()
        yield found


@pytest_asyncio.fixture
async def brokers(address: RedisAddress, redis: Redis) -> AsyncIterator[list[StreamBroker]]:
    found = [create_broker(address) for _ in range(2)]
    for broker in found:
        await broker.startup()
    yield found
    for broker in found:
        await broker.shutdown()


async def send(broker: StreamBroker, number: int) -> None:
    task = broker.find_task(REMOVE_PICTURES)
    assert task is not None
    await task.kiq([number])


async def test_a_message_is_delivered_and_gone_once_acknowledged(
    brokers: list[StreamBroker], redis: Redis
) -> None:
    await send(brokers[0], 1)
    listening = brokers[1].listen()
    message = await anext(listening)
    assert b'"args":[[1]]' in message.data.replace(b" ", b"")
    assert await redis.xlen(STREAM) == 1
    await message.ack()  # type: ignore[misc]
    assert await redis.xlen(STREAM) == 0
    assert (await redis.xpending(STREAM, GROUP))["pending"] == 0
    await listening.aclose()


async def test_messages_are_json_and_never_pickle(brokers: list[StreamBroker], redis: Redis) -> None:
    await send(brokers[0], 1)
    entries: Any = await redis.xrange(STREAM)
    assert [fields[b"data"][:1] for _, fields in entries] == [b"{"]
    assert type(brokers[0].result_backend.serializer).__name__ == "JSONSerializer"  # type: ignore[attr-defined]


async def test_the_message_of_a_dead_worker_is_taken_over_on_an_idle_stream(
    brokers: list[StreamBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(brokers[0], 1)
    dead = brokers[0].listen()
    await anext(dead)  # and never acknowledged
    monkeypatch.setattr(broker_module, "RECLAIM_AFTER", 200)
    monkeypatch.setattr(broker_module, "READ_BLOCK", 100)
    async with asyncio.timeout(5):
        taken = await anext(brokers[1].listen())
    assert b"[1]" in taken.data.replace(b" ", b"")


async def test_a_message_that_is_being_worked_on_is_not_given_to_another(
    brokers: list[StreamBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "READ_BLOCK", 100)
    await send(brokers[0], 1)
    await anext(brokers[0].listen())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await anext(brokers[1].listen())


async def test_what_was_queued_before_any_worker_is_found(address: RedisAddress, redis: Redis) -> None:
    early = create_broker(address)
    await send(early, 1)
    late = create_broker(address)
    await late.startup()
    async with asyncio.timeout(5):
        assert b"[1]" in (await anext(late.listen())).data.replace(b" ", b"")
    await early.shutdown()
    await late.shutdown()


async def test_a_flush_of_redis_stops_nobody_from_listening(
    brokers: list[StreamBroker], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "READ_BLOCK", 100)
    waiting = asyncio.create_task(anext(brokers[1].listen()))
    await asyncio.sleep(0.2)
    await redis.flushdb()
    await asyncio.sleep(0.3)
    await send(brokers[0], 1)
    async with asyncio.timeout(5):
        assert (await waiting).data


async def test_asking_for_work_never_fails_and_never_hangs() -> None:
    nowhere = create_broker(RedisAddress("redis://127.0.0.1:1/0"))
    jobs: Jobs = QueuedJobs(nowhere)
    async with asyncio.timeout(8):
        await jobs.process_picture(1, wait=5)
        await jobs.remove_pictures([1])
    await nowhere.shutdown()


def test_every_recurring_task_is_scheduled_under_its_name(brokers: list[StreamBroker]) -> None:
    for task in TASKS:
        known = brokers[0].find_task(task.name)
        assert known is not None
        schedule = known.labels["schedule"]
        assert schedule == ([{"cron": task.cron, "schedule_id": task.name}] if task.cron else [])
