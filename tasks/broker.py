"""The queue: taskiq over a Redis stream, with the gaps of its broker closed.

What `RedisStreamBroker` loses as it comes, and what is done about it here:

- a message whose worker was killed waits until it is older than any task may take, and a task that takes
  longer is run a second time meanwhile: here each worker says that it lives, and what a worker holds that
  stopped saying so is taken over, however long it was at it;
- a message that kills its worker comes back for ever: here it is put aside after five tries, as a dead
  letter, and so is one whose task nobody knows, which would be acknowledged and lost;
- it acknowledges messages but never deletes them, so that the stream grows: here both, in one step;
- its consumer group begins at the newest message: here at the first, whatever was queued before;
- after a flush of Redis the group is gone and reading fails for ever: here it is made again.

There are three streams: pictures that take long wait in one of their own, and so does what is done for one
person at length (archives, deletions), so that nothing else waits behind them, nor they behind one another.
Results are not stored: who waits for a picture is woken.

Everything in Redis is JSON, never pickle: who can write to Redis must not be able to run code here.
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

# A worker counts as dead when it has not said for so long that it lives; it says so more often, also while it
# stops. Longer than the leases of what tasks work on (`picture_attempts.ATTEMPT_LEASE`, `runs.LEASE`), so
# that who takes over finds them ended. Seconds.
WORKER_LEASE, BEAT_EVERY = 30, 5

# How often a busy worker looks for messages of dead ones; an idle one does before each read. Seconds.
LOOK_EVERY = 2

# A message that was just taken over by somebody else is left alone. Milliseconds.
JUST_TAKEN = 1_000

# Tries of an acknowledgement while Redis is away, with growing pauses: one that is lost keeps its message
# until this worker ends, and has it run once more then.
ACK_TRIES = 6

# Tries of a message whose worker dies each time, before it is put aside; and how many such are kept.
MAX_DELIVERIES, KEPT_DEAD_LETTERS = 5, 1_000

# How long one read waits; below the client's own socket time-out of 5 s. Milliseconds.
READ_BLOCK = 3_000

# Before a queue that does not answer is asked again. Seconds.
RETRY_AFTER = 1

# How long the news that something is done waits for whoever waits for it. Seconds.
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
    """The broker of all processes: web and scheduler send, workers listen, each broker to one stream."""

    def __init__(self, address: RedisAddress, stream: str) -> None:
        super().__init__("redis://", queue_name=stream, consumer_group_name=GROUP, consumer_id="0")
        # taskiq makes its own from a URL, which cannot name sentinels.
        self.connection_pool = redis_clients.blocking_pool(address)
        # Who waits holds a connection meanwhile, which is not to be one that others send by. No time-out of
        # the socket: it would end a wait that `wait` bounds itself.
        self.waiting = redis_clients.pool(address, socket_timeout=None)

    async def beat(self) -> None:
        """Say that this worker lives; to be called every `BEAT_EVERY` seconds while it holds messages."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            await redis.set(ALIVE + self.consumer_name, b"", ex=WORKER_LEASE)

    async def leave(self) -> None:
        """Say that this worker is gone: what it still holds is taken over at once."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            await redis.delete(ALIVE + self.consumer_name)
            await redis.eval(FORGET, 1, self.queue_name, GROUP, self.consumer_name)

    async def forget_dead(self) -> None:
        """Drop the names of dead workers that hold nothing: each life of a worker has a name of its own."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            for consumer in await redis.xinfo_consumers(self.queue_name, GROUP):
                name: Any = consumer["name"]
                if not consumer["pending"] and not await redis.exists(ALIVE.encode() + name):
                    await redis.eval(FORGET, 1, self.queue_name, GROUP, name)

    async def wake(self, waiter: str) -> None:
        """Wake who waits under this name, or will soon."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            pipe = redis.pipeline(transaction=True)
            pipe.rpush(WAITER + waiter, b"")
            pipe.expire(WAITER + waiter, NEWS_LIFETIME)
            await pipe.execute()

    async def wait(self, waiter: str, seconds: float) -> bool:
        """Whether this one is woken within that time. Raises RedisError or OSError where nobody can tell."""
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
        """How many messages, of either stream, were put aside since then."""
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
                    # It is away; or it answers and takes no writes, as one whose replica has taken over.
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
        """One message of a worker that is dead, if there is any that is not to be put aside."""
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
        """Acknowledge a message and delete it, together with what stands in the transaction already."""
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
