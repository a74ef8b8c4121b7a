"""The queue: taskiq over a Redis stream, with the gaps of its broker closed.

What `RedisStreamBroker` loses as it comes, and what is done about it here:

- it looks for messages of killed workers only after a read that found something: here before each read;
- it acknowledges messages but never deletes them, so that the stream grows: here both, in one step;
- its consumer group begins at the newest message: here at the first, whatever was queued before;
- after a flush of Redis the group is gone and reading fails for ever: here it is made again.

Everything in Redis is JSON, never pickle: who can write to Redis must not be able to run code here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from taskiq import AckableMessage
from taskiq.serializers import JSONSerializer
from taskiq_redis import RedisAsyncResultBackend, RedisStreamBroker

from config.addresses import RedisAddress

log = logging.getLogger(__name__)

# Names in Redis, all spelt here.
STREAM = "perch:tasks"
GROUP = "perch:workers"
RESULTS = "perch:results"

# A message that a worker has held for so long is given to another. Longer than any task may take
# (`tasks.picture_worker.WALL_SECONDS`), as a task that still runs must not be run twice. Milliseconds.
RECLAIM_AFTER = 120_000

# How long one read waits; below the client's own socket time-out of 5 s. Milliseconds.
READ_BLOCK = 2_000

# How long a result can be asked for: an upload waits for it, nobody else. Seconds.
RESULT_LIFETIME = 60

# Seconds.
CONNECT_TIMEOUT, SOCKET_TIMEOUT = 2, 5


class StreamBroker(RedisStreamBroker):
    """The broker of all processes: web and scheduler send, workers listen."""

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Messages for this worker, those of killed workers first. Ends only when closed."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            while True:
                try:
                    entries = await self._reclaimed(redis) or await self._new(redis)
                except ResponseError as error:
                    if "NOGROUP" not in str(error):
                        raise
                    await self._declare_consumer_group()
                    continue
                except (RedisError, OSError) as error:
                    log.warning("the queue does not answer: %s", error)
                    await asyncio.sleep(1)
                    continue
                for entry_id, fields in entries:
                    yield AckableMessage(data=fields[b"data"], ack=self._acknowledge(entry_id))

    async def _reclaimed(self, redis: Redis) -> list[tuple[bytes, dict[bytes, bytes]]]:
        answer = await redis.xautoclaim(STREAM, GROUP, self.consumer_name, RECLAIM_AFTER, "0-0", count=1)
        return [entry for entry in answer[1] if entry[1]]

    async def _new(self, redis: Redis) -> list[tuple[bytes, dict[bytes, bytes]]]:
        answer = await redis.xreadgroup(GROUP, self.consumer_name, {STREAM: ">"}, count=1, block=READ_BLOCK)
        found: list[tuple[bytes, dict[bytes, bytes]]] = []
        for _, entries in answer or []:  # type: ignore[str-unpack]  # bytes, as we ask for no decoding
            found += entries  # type: ignore[arg-type]
        return found

    def _acknowledge(self, entry_id: bytes) -> Callable[[], Awaitable[None]]:
        async def acknowledge() -> None:
            async with Redis(connection_pool=self.connection_pool) as redis:
                pipe = redis.pipeline(transaction=True)
                pipe.xack(STREAM, GROUP, entry_id)
                pipe.xdel(STREAM, entry_id)
                await pipe.execute()

        return acknowledge


def create_broker(address: RedisAddress) -> StreamBroker:
    """A broker that knows every task of `tasks.catalogue`."""
    from tasks import catalogue

    sockets: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "socket_timeout": SOCKET_TIMEOUT,
    }
    results: RedisAsyncResultBackend[Any] = RedisAsyncResultBackend(
        address.url,
        serializer=JSONSerializer(),
        result_ex_time=RESULT_LIFETIME,
        prefix_str=RESULTS,
        **sockets,
    )
    broker = StreamBroker(
        address.url, queue_name=STREAM, consumer_group_name=GROUP, consumer_id="0", **sockets
    )
    broker = broker.with_result_backend(results)
    catalogue.register(broker)
    return broker
