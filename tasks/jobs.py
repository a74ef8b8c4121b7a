"""The domain's `Jobs`, as messages on the queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from redis.exceptions import RedisError
from taskiq.exceptions import TaskiqError

from server.core.transient import reason
from tasks.broker import StreamBroker
from tasks.registry import (
    ERASE_USER,
    EXECUTE_RUN,
    MAKE_EXPORT,
    PROCESS_PICTURE,
    PROCESS_SLOW_PICTURE,
    REMOVE_PICTURES,
    SETTLE_TWEETS,
    VERIFY_DUMP,
)

log = logging.getLogger(__name__)

# A request does not wait longer for the queue to take a message. Seconds.
SEND_TIMEOUT = 2


class QueuedJobs:
    """See `server.core.jobs.Jobs`. What Redis does not take is found by the tasks that resume.

    With `quiet`, where nobody listens and all know it, nothing is said about that; else once until it does.
    """

    def __init__(self, broker: StreamBroker, *, quiet: bool = False) -> None:
        self._broker, self._quiet = broker, quiet
        self._complained = quiet

    async def process_picture(self, media_id: int, *, slow: bool = False) -> bool:
        """See `Jobs.process_picture`."""
        return await self._send(PROCESS_SLOW_PICTURE if slow else PROCESS_PICTURE, media_id)

    async def wait_for(self, token: str, seconds: float) -> None:
        """See `Jobs.wait_for`."""
        try:
            if not await self._broker.wait(token, seconds):
                log.info("a picture takes longer than %s s", seconds)
        except (RedisError, OSError) as error:
            log.warning("can't wait for a picture: %s", error)

    async def wake(self, token: str) -> None:
        """See `Jobs.wake`."""
        try:
            await self._broker.wake(token)
        except (RedisError, OSError) as error:
            log.warning("can't wake the request that waits for a picture: %s", error)

    async def remove_pictures(self, media_ids: Sequence[int]) -> None:
        """See `Jobs.remove_pictures`."""
        await self._send(REMOVE_PICTURES, list(media_ids))

    async def settle_tweets(self, user_id: int) -> None:
        """See `Jobs.settle_tweets`."""
        await self._send(SETTLE_TWEETS, user_id)

    async def make_export(self, export_id: int) -> None:
        """See `Jobs.make_export`."""
        await self._send(MAKE_EXPORT, export_id)

    async def erase_user(self, user_id: int) -> None:
        """See `Jobs.erase_user`."""
        await self._send(ERASE_USER, user_id)

    async def execute_run(self, run_id: int) -> None:
        """See `Jobs.execute_run`."""
        await self._send(EXECUTE_RUN, run_id)

    async def verify_dump(self, dump_id: str) -> None:
        """See `Jobs.verify_dump`."""
        await self._send(VERIFY_DUMP, dump_id)

    async def put_aside(self, since: datetime) -> int:
        """See `Jobs.put_aside`."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                return await self._broker.put_aside(since)
        except (RedisError, OSError) as error:
            if not self._quiet:
                log.warning("can't check for failed tasks: %s", error)
            return 0

    async def _send(self, name: str, *arguments: Any) -> bool:
        task = self._broker.find_task(name)
        if task is None:
            raise LookupError(f"no task is called {name}")
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await task.kiq(*arguments)
        except (TaskiqError, RedisError, OSError) as error:
            if not self._complained:
                words = (
                    "can't queue %s, nor anything else until Redis responds; workers will find it later: %s"
                )
                log.warning(words, name, reason(error.__cause__ or error))
            self._complained = True
            return False
        self._complained = self._quiet
        return True
