"""The state of the queue, for operators."""

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

# The operators' names for the streams.
NAMES = {"quick": STREAM, "slow": SLOW_STREAM, "people": PEOPLE_STREAM}

# This key exists as long as a scheduler is alive, which renews it every SCHEDULER_BEAT. Both are in seconds.
SCHEDULER = "perch:scheduler"
SCHEDULER_LEASE, SCHEDULER_BEAT = 30, 8

# The key written to test whether Redis takes writes, and its lifetime in milliseconds.
PROBE, PROBE_LIFETIME = "perch:probe", 1_000


@dataclass(frozen=True, slots=True)
class Queue:
    """Messages of one stream: waiting, and in workers' hands."""

    waiting: int
    running: int


@dataclass(frozen=True, slots=True)
class Queues:
    """All queues by name, the dead letters, how many workers are alive, and whether a scheduler is."""

    by_name: dict[str, Queue]
    dead_letters: int
    workers: int
    scheduler: bool

    @property
    def waiting(self) -> int:
        """The messages waiting in all queues."""
        return sum(queue.waiting for queue in self.by_name.values())

    @property
    def running(self) -> int:
        """The messages that workers are processing."""
        return sum(queue.running for queue in self.by_name.values())


async def read(redis: Redis) -> Queues:
    """Read the current state from Redis. Raises RedisError or OSError if that fails."""
    by_name = {}
    for name, stream in NAMES.items():
        total = held = 0
        if await redis.exists(stream):
            total, held = await redis.xlen(stream), await _held(redis, stream)
        by_name[name] = Queue(waiting=max(0, total - held), running=held)
    scheduler = bool(await redis.exists(SCHEDULER))
    return Queues(by_name, int(await redis.xlen(DEAD_LETTERS)), await _workers(redis), scheduler)


async def try_to_write(redis: Redis) -> None:
    """Write something that expires a moment later. Raises RedisError or OSError.

    A PING isn't enough: a replica, or a Redis whose memory (`maxmemory`) is full or whose disk isn't
    writable, answers it too.
    """
    await redis.set(PROBE, b"", px=PROBE_LIFETIME)


def how(error: Exception) -> str:
    """How Redis fails, in words without anything that only operators may know."""
    return "refuses writes" if isinstance(error, ResponseError) else "doesn't respond"


async def _held(redis: Redis, stream: str) -> int:
    """Messages that workers are processing; 0 before the first worker creates the consumer group."""
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
