"""Trends: counts per minute over the last day, added up in Redis by all processes of all machines.

They are only a hint for people: some minutes are lost while Redis is away, and the whole day when it is
flushed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from redis.asyncio import Redis

from server.core.transient import is_passing

log = logging.getLogger(__name__)

PREFIX = "perch:trend:"

# How many seconds the minutes are kept.
KEPT = 24 * 3600

# How often, in seconds, a process adds what it has counted.
ADD_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Minute:
    """The counts of a minute by name; empty if nothing was counted."""

    begins: int
    counts: dict[str, int] = field(default_factory=dict)


async def add(redis: Redis, counts: Mapping[str, int], *, now: float | None = None) -> None:
    """Add to the counts of this minute. Raises RedisError or OSError."""
    key = _key(now or time.time())
    async with redis.pipeline(transaction=False) as pipe:
        for name, count in counts.items():
            pipe.hincrby(key, name, count)
        pipe.expire(key, KEPT)
        await pipe.execute()


async def put_highest(redis: Redis, name: str, value: int) -> None:
    """Keep the minute's highest value of a measure such as a queue's length. Raises RedisError or OSError."""
    key = _key(time.time())
    if value > int(await redis.hget(key, name) or -1):
        async with redis.pipeline(transaction=False) as pipe:
            pipe.hset(key, name, str(value))
            pipe.expire(key, KEPT)
            await pipe.execute()


async def read(redis: Redis, minutes: int, *, now: float | None = None) -> list[Minute]:
    """The last `minutes` whole minutes, the oldest first. Raises RedisError or OSError."""
    present = int((now or time.time()) // 60 * 60)
    begins = range(present - 60 * minutes, present, 60)
    async with redis.pipeline(transaction=False) as pipe:
        for begin in begins:
            pipe.hgetall(_key(begin))
        found = await pipe.execute()
    return [
        Minute(begin, {name.decode(): int(count) for name, count in counts.items()})
        for begin, counts in zip(begins, found, strict=True)
    ]


@asynccontextmanager
async def added(redis: Redis, totals: Callable[[], Mapping[str, int]]) -> AsyncIterator[None]:
    """During the block, keep adding what these totals have grown by."""
    task = asyncio.create_task(_add_for_ever(redis, totals), name="trends")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _add_for_ever(redis: Redis, totals: Callable[[], Mapping[str, int]]) -> None:
    told = dict(totals())
    while True:
        await asyncio.sleep(ADD_EVERY)
        now = dict(totals())
        grown = {name: count - told.get(name, 0) for name, count in now.items() if count > told.get(name, 0)}
        told = now  # what can't be added now is lost: later it would count for another minute
        try:
            if grown:
                await add(redis, grown)
        except Exception as error:
            if not is_passing(error):
                log.exception("can't record trends")


def _key(moment: float) -> str:
    return f"{PREFIX}{int(moment // 60 * 60)}"
