"""The queue: taskiq over a Redis stream, with the gaps of its broker closed.

What goes wrong with `RedisStreamBroker` as it is, and what we do about it here:

- a message whose worker was killed waits until it is older than any task may take, and a task that takes
  longer is run a second time meanwhile: here each worker sends a heartbeat, and when it stops, others take
  over the messages that the worker holds, however long it has worked on them;
- a message that kills its worker is redelivered for ever: here it becomes a dead letter after five tries, and
  so does a message with an unknown task, which would otherwise be acknowledged and lost;
- it acknowledges messages but never deletes them, so that the stream grows: here one step does both;
- its consumer group starts at the newest message: here it starts at the first, to include earlier messages;
- after a flush of Redis the group is gone and reading fails for ever: here the group is created again.

There are three streams: slow pictures have one of their own, and so does long work for one person (archives,
deletions), so that nothing else waits behind them, nor they behind each other. Results are not stored:
anyone who waits for a picture is woken.

Everything in Redis is JSON, never pickle: someone who can write to Redis must not be able to run code here.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from taskiq import AckableMessage
from taskiq_redis import RedisStreamBroker

from config import redis_clients
from config.pauses import spread
from config.redis_address import RedisAddress
from config.redis_clients import SOCKET_TIMEOUT
from server.operations.queues import ALIVE, DEAD_LETTERS, GROUP, STREAM, WAITER
from tasks.traced import TaskSpans

log = logging.getLogger(__name__)

# A worker counts as dead when it hasn't sent a heartbeat for WORKER_LEASE seconds; it sends one every
# BEAT_EVERY seconds, even while it stops. The lease is longer than those of the tasks' own work
# (`picture_attempts.ATTEMPT_LEASE`, `runs.LEASE`), so that these have ended when another worker takes over.
WORKER_LEASE, BEAT_EVERY = 30, 5

# How often, in seconds, a busy worker looks for dead workers' messages; an idle one looks before each read.
LOOK_EVERY = 2

# A message that another worker took over less than this many milliseconds ago is left alone.
JUST_TAKEN = 1_000

# How often an acknowledgement is tried while Redis is away, with growing pauses. If it is lost, the message
# stays with this worker until the worker ends, and then runs once more.
ACK_TRIES = 6

# How often a message is tried if its worker dies each time, before it becomes a dead letter; and how many
# dead letters are kept.
MAX_DELIVERIES, KEPT_DEAD_LETTERS = 5, 1_000

# How many milliseconds one read blocks; less than the client's own socket timeout of 5 s.
READ_BLOCK = 3_000

# The seconds before a queue that doesn't respond is tried again.
RETRY_AFTER = 1

# How many seconds a completion notice is kept for anyone who will wait for it.
NEWS_LIFETIME = 60


# A consumer that holds messages is never deleted: they would be lost with it.
FORGET = """
    if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) == 0 then
        return redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
    end
    return 0
"""

Entry = tuple[bytes, dict[bytes, bytes]]


class StreamBroker(RedisStreamBroker):
    """The broker of all processes: web and scheduler send; workers listen, each broker to one stream."""

    def __init__(self, address: RedisAddress, stream: str) -> None:
        super().__init__("redis://", queue_name=stream, consumer_group_name=GROUP, consumer_id="0")
        # taskiq makes its own from a URL, which cannot name sentinels.
        self.connection_pool = redis_clients.blocking_pool(address)
        # Waiting occupies a connection, so it has a pool apart from the one for sending. It has no socket
        # timeout, which would cut short a wait that `wait` bounds itself.
        self.waiting = redis_clients.pool(address, socket_timeout=None)

    async def beat(self) -> None:
        """Send a heartbeat; call this every `BEAT_EVERY` seconds while the worker holds messages."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            await redis.set(ALIVE + self.consumer_name, b"", ex=WORKER_LEASE)

    async def leave(self) -> None:
        """Announce that this worker is gone, so that others take over its remaining messages at once."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            await redis.delete(ALIVE + self.consumer_name)
            await redis.eval(FORGET, 1, self.queue_name, GROUP, self.consumer_name)

    async def forget_dead(self) -> None:
        """Delete consumers of dead workers that hold nothing: a worker has a new name each time it starts."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            for consumer in await redis.xinfo_consumers(self.queue_name, GROUP):
                name: Any = consumer["name"]
                if not consumer["pending"] and not await redis.exists(ALIVE.encode() + name):
                    await redis.eval(FORGET, 1, self.queue_name, GROUP, name)

    async def wake(self, waiter: str) -> None:
        """Wake whoever waits under this name, or will soon."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            pipe = redis.pipeline(transaction=True)
            pipe.rpush(WAITER + waiter, b"")
            pipe.expire(WAITER + waiter, NEWS_LIFETIME)
            await pipe.execute()

    async def wait(self, waiter: str, seconds: float) -> bool:
        """Wait to be woken; return whether that happened in time. Raises RedisError or OSError."""
        async with (
            asyncio.timeout(seconds + SOCKET_TIMEOUT),
            Redis(connection_pool=self.waiting) as redis,
        ):
            return await redis.blpop([WAITER + waiter], timeout=seconds) is not None

    async def shutdown(self) -> None:
        """Close all connections."""
        await super().shutdown()
        await self.waiting.disconnect()

    async def length(self) -> int:
        """How many messages wait or are being worked on."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            return int(await redis.xlen(self.queue_name))

    async def put_aside(self, since: datetime) -> int:
        """How many messages, of any stream, became dead letters since then."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            letters: Any = await redis.xrange(DEAD_LETTERS, min=str(int(since.timestamp() * 1000)))
            return len(letters)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Messages for this worker, those of dead workers first. Ends only when closed."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            looked_at = -math.inf
            while True:
                try:
                    entries: list[Entry] = []
                    if time.monotonic() >= looked_at + LOOK_EVERY:
                        await self.beat()
                        entries = await self._taken_over(redis)
                        looked_at = time.monotonic() if not entries else -math.inf
                    entries = entries or await self._new(redis)
                except (RedisError, OSError) as error:
                    if isinstance(error, ResponseError) and "NOGROUP" in str(error):
                        await self._declare_consumer_group()
                        continue
                    # Redis is away, or it responds but refuses writes, as after a failover to its replica.
                    log.warning("the queue doesn't respond: %s", error)
                    await asyncio.sleep(spread(RETRY_AFTER))
                    continue
                for entry_id, fields in entries:
                    if self._is_known(fields[b"data"]):
                        yield AckableMessage(data=fields[b"data"], ack=self._acknowledge(entry_id))
                    else:
                        await self._put_aside(
                            redis, entry_id, fields, "this version has no task of that name"
                        )

    async def _taken_over(self, redis: Redis) -> list[Entry]:
        """Take over one message of a dead worker, if there is one that needn't become a dead letter."""
        stream = self.queue_name
        for dead in [name async for name in self._dead_workers(redis)]:
            for held in await redis.xpending_range(stream, GROUP, "-", "+", 10, consumername=dead):
                entry_id, deliveries = held["message_id"], int(held["times_delivered"])
                taken: Any = await redis.xclaim(stream, GROUP, self.consumer_name, JUST_TAKEN, [entry_id])
                entries: list[Entry] = [entry for entry in taken if entry[1]]
                if entries and deliveries >= MAX_DELIVERIES:
                    await self._put_aside(redis, *entries[0], f"its worker died {deliveries} times")
                elif entries:
                    return entries
        return []

    async def _dead_workers(self, redis: Redis) -> AsyncIterator[bytes]:
        summary = await redis.xpending(self.queue_name, GROUP)
        for consumer in summary["consumers"] or []:
            name: bytes = consumer["name"]
            if name != self.consumer_name.encode() and not await redis.exists(ALIVE.encode() + name):
                yield name

    async def _new(self, redis: Redis) -> list[Entry]:
        unread = {self.queue_name: ">"}
        answer = await redis.xreadgroup(GROUP, self.consumer_name, unread, count=1, block=READ_BLOCK)  # type: ignore[arg-type]
        found: list[Entry] = []
        for _, entries in answer or []:  # type: ignore[str-unpack]  # bytes, as we ask for no decoding
            found += entries  # type: ignore[arg-type]
        return found

    def _is_known(self, data: bytes) -> bool:
        try:
            return self.find_task(self.formatter.loads(data).task_name) is not None
        except (ValueError, RecursionError):
            return False

    async def _put_aside(
        self, redis: Redis, entry_id: bytes, fields: dict[bytes, bytes], reason: str
    ) -> None:
        pipe = redis.pipeline(transaction=True)
        letter: Any = {**fields, b"reason": reason.encode()}
        pipe.xadd(DEAD_LETTERS, letter, maxlen=KEPT_DEAD_LETTERS)
        await self._remove(entry_id, pipe)
        log.error("a task failed for good: %s", reason)

    def _acknowledge(self, entry_id: bytes) -> Callable[[], Awaitable[None]]:
        async def acknowledge() -> None:
            for attempt in range(ACK_TRIES):
                try:
                    async with Redis(connection_pool=self.connection_pool) as redis:
                        await self._remove(entry_id, redis.pipeline(transaction=True))
                        return
                except (RedisError, OSError) as error:
                    log.warning("can't acknowledge a message yet, retrying: %s", error)
                    await asyncio.sleep(spread(2**attempt))

        return acknowledge

    async def _remove(self, entry_id: bytes, pipe: Any) -> None:
        """Acknowledge a message and delete it, along with the commands already in the transaction."""
        pipe.xack(self.queue_name, GROUP, entry_id)
        pipe.xdel(self.queue_name, entry_id)
        await pipe.execute()


def create_broker(address: RedisAddress, *, stream: str = STREAM) -> StreamBroker:
    """A broker that knows every task of `tasks.registry`, and listens to this stream."""
    from tasks import registry

    broker = StreamBroker(address, stream)
    broker.add_middlewares(TaskSpans(stream))
    registry.register(broker)
    return broker
