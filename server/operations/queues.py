"""The queue as operators see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

# The names in Redis, for those who send, work and look.
STREAM, SLOW_STREAM, PEOPLE_STREAM = STREAMS = ("perch:tasks", "perch:tasks:slow", "perch:tasks:people")
GROUP = "perch:workers"
WAITER = "perch:waiter:"
DEAD_LETTERS = "perch:dead"
ALIVE = "perch:alive:"

# What operators call the streams.
NAMES = {"quick": STREAM, "slow": SLOW_STREAM, "people": PEOPLE_STREAM}

# There as long as a scheduler lives, which says so every SCHEDULER_BEAT. Both in seconds.
SCHEDULER = "perch:scheduler"
SCHEDULER_LEASE, SCHEDULER_BEAT = 30, 8

# What is written to see whether that works. Milliseconds.
PROBE, PROBE_LIFETIME = "perch:probe", 1_000


@dataclass(frozen=True, slots=True)
class Queue:
    """Messages of one stream: waiting, and in workers' hands."""

    waiting: int
    running: int


@dataclass(frozen=True, slots=True)
class Queues:
    """All of them by their names, what was put aside, how many workers live, and whether a scheduler does."""

    by_name: dict[str, Queue]
    dead_letters: int
    workers: int
    scheduler: bool

    @property
    def waiting(self) -> int:
        """In all queues."""
        return sum(queue.waiting for queue in self.by_name.values())

    @property
    def running(self) -> int:
        """In all workers' hands."""
        return sum(queue.running for queue in self.by_name.values())


async def read(redis: Redis) -> Queues:
    """What stands in Redis now. Raises RedisError or OSError where nobody can tell."""
    by_name = {}
    for name, stream in NAMES.items():
        total = held = 0
        if await redis.exists(stream):
            total, held = await redis.xlen(stream), await _held(redis, stream)
        by_name[name] = Queue(waiting=max(0, total - held), running=held)
    scheduler = bool(await redis.exists(SCHEDULER))
    return Queues(by_name, int(await redis.xlen(DEAD_LETTERS)), await _workers(redis), scheduler)


async def try_to_write(redis: Redis) -> None:
    """Write something that is gone a moment later. Raises RedisError or OSError.

    A replica, a full memory (`maxmemory`) and a disk that cannot be written answer a PING all the same.
    """
    await redis.set(PROBE, b"", px=PROBE_LIFETIME)


def how(error: Exception) -> str:
    """What Redis does instead of its work, without anything that only operators may know."""
    return "refuses writes" if isinstance(error, ResponseError) else "doesn't respond"


async def _held(redis: Redis, stream: str) -> int:
    """Messages in workers' hands: none before the first worker makes the group of them."""
    try:
        return int((await redis.xpending(stream, GROUP))["pending"])
    except ResponseError as error:
        if "NOGROUP" not in str(error):
            raise
        return 0


async def _workers(redis: Redis) -> int:
    try:
        consumers: Any = await redis.xinfo_consumers(STREAM, GROUP)
    except ResponseError as error:
        if "NOGROUP" not in str(error) and "no such key" not in str(error):
            raise
        return 0
    names = [consumer["name"] for consumer in consumers]
    return int(await redis.exists(*[ALIVE.encode() + name for name in names])) if names else 0
