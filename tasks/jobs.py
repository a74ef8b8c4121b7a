"""The implementation of the domain's `Jobs` with messages on the queue."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

from redis.exceptions import RedisError
from taskiq.exceptions import TaskiqError

from server.core.jobs import Job
from server.core.transient import reason
from tasks.broker import StreamBroker

log = logging.getLogger(__name__)

# How many seconds a request waits at most for the queue to take a message.
SEND_TIMEOUT = 2


class QueuedJobs:
    """See `server.core.jobs.Jobs`. The tasks that resume work find whatever Redis did not take.

    With `quiet`, for when nobody is known to listen, failures are not logged; otherwise once until it works.
    """

    def __init__(self, broker: StreamBroker, *, quiet: bool = False) -> None:
        self._broker, self._quiet = broker, quiet
        self._complained = quiet

    async def send(self, job: Job, *arguments: Any) -> bool:
        """See `Jobs.send`."""
        task = self._broker.find_task(job.name)
        if task is None:
            raise LookupError(f"no task is called {job.name}")
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await task.kiq(*arguments)
        except (TaskiqError, RedisError, OSError) as error:
            if not self._complained:
                words = (
                    "can't queue %s, nor anything else until Redis responds; workers will find it later: %s"
                )
                log.warning(words, job.name, reason(error.__cause__ or error))
            self._complained = True
            return False
        self._complained = self._quiet
        return True

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

    async def put_aside(self, since: datetime) -> int:
        """See `Jobs.put_aside`."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                return await self._broker.put_aside(since)
        except (RedisError, OSError) as error:
            if not self._quiet:
                log.warning("can't check for failed tasks: %s", error)
            return 0
