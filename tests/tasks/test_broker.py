"""The queue: messages that taskiq's own broker would lose, and ours doesn't."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import uvloop
from redis.asyncio import Redis
from taskiq import AckableMessage

from config import redis_clients
from config.redis_address import RedisAddress
from config.settings import Settings
from server.features.media.jobs import PROCESS, PROCESS_SLOWLY, REMOVE
from server.features.privacy.deletion import ERASE_USER
from server.operations.queues import ALIVE, DEAD_LETTERS, GROUP, STREAM, STREAMS
from tasks import broker as broker_module
from tasks import scheduler as scheduler_module
from tasks.broker import MAX_DELIVERIES, StreamBroker, create_broker
from tasks.jobs import QueuedJobs
from tasks.leases import renewed
from tasks.registry import TASKS
from tasks.scheduler import PatientScheduler
from tests import proxy
from tests.proxy import Pass, Refuse
from tests.waiting import lasting, until


@pytest.fixture
def address(settings: Settings) -> RedisAddress:
    """A Valkey database that no worker listens to."""
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
    task = broker.find_task(REMOVE.name)
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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens everything from half a minute to moments."""
    for name, value in {"WORKER_LEASE": 1, "READ_BLOCK": 100, "LOOK_EVERY": 0.1, "JUST_TAKEN": 10}.items():
        monkeypatch.setattr(broker_module, name, value)


async def taken_by(broker: StreamBroker, *, seconds: float = 5) -> AckableMessage:
    waiting = asyncio.ensure_future(anext(broker.listen()))
    await asyncio.wait({waiting}, timeout=seconds)
    if waiting.done():
        return waiting.result()
    while not waiting.done():  # a client may mistake a cancellation for a timeout of its own
        waiting.cancel()
        await asyncio.wait({waiting}, timeout=1)
    raise TimeoutError


@pytest.mark.fault("worker-killed")
@pytest.mark.usefixtures("quick")
async def test_the_message_of_a_dead_worker_is_taken_over_even_on_an_idle_stream(
    brokers: list[StreamBroker],
) -> None:
    await send(brokers[0], 1)
    await taken_by(brokers[0])  # and is never acknowledged
    taken = await taken_by(brokers[1])
    assert b"[1]" in taken.data.replace(b" ", b"")


@pytest.mark.usefixtures("quick")
async def test_a_living_worker_keeps_its_message(brokers: list[StreamBroker]) -> None:
    """It keeps it however long the task takes."""
    await send(brokers[0], 1)
    await taken_by(brokers[0])
    async with renewed(brokers[0].beat, every=0.2):
        with pytest.raises(TimeoutError):
            await taken_by(brokers[1], seconds=2)
    assert (await taken_by(brokers[1])).data


@pytest.mark.usefixtures("quick")
async def test_messages_of_a_worker_that_leaves_are_taken_over_at_once(
    brokers: list[StreamBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "WORKER_LEASE", 60)
    await send(brokers[0], 1)
    await taken_by(brokers[0])
    await brokers[0].leave()
    assert (await taken_by(brokers[1])).data


@pytest.mark.fault("poison")
@pytest.mark.usefixtures("quick")
async def test_a_message_that_kills_its_workers_becomes_a_dead_letter(
    address: RedisAddress, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    first = create_broker(address)
    await first.startup()
    await send(first, 13)
    await send(first, 14)
    for _ in range(MAX_DELIVERIES):
        victim = create_broker(address)
        while b"[13]" not in (message := await taken_by(victim)).data.replace(b" ", b""):
            await message.ack()  # type: ignore[misc]
        await victim.leave()
        await victim.shutdown()
    with contextlib.suppress(TimeoutError):
        while b"[14]" in (message := await taken_by(first, seconds=1)).data.replace(b" ", b""):
            await message.ack()  # type: ignore[misc]  # no victim came to it
    letters: Any = await redis.xrange(DEAD_LETTERS)
    assert [fields[b"reason"] for _, fields in letters] == [b"its worker died 5 times"]
    assert b"[13]" in letters[0][1][b"data"].replace(b" ", b"")
    assert await redis.xlen(STREAM) == 0
    assert "a task failed for good: its worker died 5 times" in caplog.text
    await first.shutdown()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "data",
    [
        b"no JSON",
        b"[" * 50_000,
        b'{"task_id":"1","task_name":"of.tomorrow","labels":{},"args":[],"kwargs":{}}',
    ],
    ids=["no JSON", "deep", "of tomorrow"],
)
async def test_an_unreadable_message_becomes_a_dead_letter(
    brokers: list[StreamBroker], redis: Redis, data: bytes
) -> None:
    await redis.xadd(STREAM, {"data": data})
    await send(brokers[0], 2)
    assert b"[2]" in (await taken_by(brokers[0])).data.replace(b" ", b"")
    letters: Any = await redis.xrange(DEAD_LETTERS)
    assert [fields[b"data"] for _, fields in letters] == [data]


async def test_messages_queued_before_any_worker_started_are_found(
    address: RedisAddress, redis: Redis
) -> None:
    early = create_broker(address)
    await send(early, 1)
    late = create_broker(address)
    await late.startup()
    async with asyncio.timeout(5):
        assert b"[1]" in (await anext(late.listen())).data.replace(b" ", b"")
    await early.shutdown()
    await late.shutdown()


@pytest.mark.fault("redis")
async def test_workers_keep_listening_after_a_flush_of_redis(
    brokers: list[StreamBroker], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "READ_BLOCK", 100)
    waiting = asyncio.create_task(anext(brokers[1].listen()))

    async def is_listened_to() -> bool:
        return bool(await redis.exists(STREAM))

    await until(is_listened_to)
    await redis.flushdb()
    await until(is_listened_to)
    await send(brokers[0], 1)
    async with asyncio.timeout(5):
        assert (await waiting).data


async def test_recurring_tasks_do_not_pile_up_without_workers(
    brokers: list[StreamBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_module, "LONGEST_QUEUE", 2)
    scheduler = PatientScheduler(brokers[0])
    (source,) = scheduler.sources
    await source.startup()
    task = (await source.get_schedules())[0]
    for _ in range(6):
        await scheduler.on_ready(source, task)
    assert await brokers[0].length() == 3


async def test_slow_tasks_wait_in_a_stream_of_their_own(address: RedisAddress, redis: Redis) -> None:
    quick, slow, people = (create_broker(address, stream=stream) for stream in STREAMS)
    for broker in (quick, slow, people):
        await broker.startup()
    jobs = QueuedJobs(quick)
    assert await jobs.send(PROCESS_SLOWLY, 1)
    assert await jobs.send(PROCESS, 2)
    await jobs.send(ERASE_USER, 3)
    for broker, name in (
        (quick, b"media.process_picture"),
        (slow, b"media.process_slow_picture"),
        (people, b"people.erase_user"),
    ):
        message = await taken_by(broker)
        assert name in message.data
        await message.ack()  # type: ignore[misc]
        assert await broker.length() == 0
        await broker.shutdown()


async def test_only_the_waiting_request_is_woken(brokers: list[StreamBroker]) -> None:
    waiting = asyncio.create_task(brokers[0].wait("alice", 30))
    assert await brokers[0].wait("bob", 0.05) is False
    await brokers[1].wake("alice")
    await brokers[1].wake("bob")
    async with asyncio.timeout(5):
        assert await waiting is True
        assert await brokers[0].wait("bob", 30) is True


def test_every_recurring_task_is_scheduled_under_its_name(brokers: list[StreamBroker]) -> None:
    for task in TASKS:
        known = brokers[0].find_task(task.name)
        assert known is not None
        assert known.labels["schedule"] == task.schedule
        assert all(schedule["schedule_id"] == task.name for schedule in task.schedule)


@pytest.mark.usefixtures("quick")
async def test_ended_workers_leave_no_consumer_names_behind(address: RedisAddress, redis: Redis) -> None:
    for _ in range(3):
        broker = create_broker(address)
        await broker.startup()
        await send(broker, 1)
        await (await taken_by(broker)).ack()  # type: ignore[misc]
        await broker.leave()
        await broker.shutdown()
    assert await redis.xinfo_consumers(STREAM, GROUP) == []
    dead, holding, alive = [create_broker(address) for _ in range(3)]
    await send(dead, 1)
    await (await taken_by(dead)).ack()  # type: ignore[misc]
    await send(holding, 2)
    await taken_by(holding)
    await redis.delete(*[ALIVE + broker.consumer_name for broker in (dead, holding)])
    await alive.beat()
    await alive.forget_dead()
    names = {consumer["name"].decode() for consumer in await redis.xinfo_consumers(STREAM, GROUP)}
    assert names == {holding.consumer_name}
    for broker in (dead, holding, alive):
        await broker.shutdown()


async def test_a_clock_that_is_set_back_does_not_silence_the_scheduler(
    brokers: list[StreamBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_module, "LOOK_EVERY", 0.05)
    scheduler = PatientScheduler(brokers[0])
    stopping = asyncio.create_task(asyncio.Event().wait())
    looks, now = 0, time.time

    def clock() -> float:
        nonlocal looks
        looks += 1
        return now()

    monkeypatch.setattr(time, "time", clock)
    running = asyncio.create_task(scheduler_module.until_the_clock_jumps(scheduler, stopping))
    await until(lambda: looks > 5 or running.done())
    assert not running.done()
    monkeypatch.setattr(time, "time", lambda: now() - 7200)
    async with asyncio.timeout(5):
        await running
    stopping.cancel()


def test_no_socket_timeout_ends_a_wait_early(settings: Settings) -> None:
    """An upload waits for its picture for as long as the client's default timeout."""
    waiting: Any = create_broker(settings.redis_tasks).waiting
    assert waiting.make_connection().socket_timeout is None


def test_connections_that_redis_closed_meanwhile_are_opened_again(settings: Settings) -> None:
    """uvloop and redis.asyncio disagree about the exception of such a connection."""

    async def work(address: RedisAddress) -> None:
        broker = create_broker(address)
        async with redis_clients.client(address) as redis:
            for _ in range(3):
                await asyncio.gather(*(broker.length() for _ in range(4)), broker.beat(), redis.ping())
                gate.mode = Refuse()
                await lasting(0.05)
                gate.mode = Pass()
        await broker.shutdown()

    with proxy.before(settings.redis.url.removeprefix("unix://").partition("?")[0]) as gate:
        uvloop.run(work(RedisAddress(f"redis://127.0.0.1:{gate.port}/9")))
