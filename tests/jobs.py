"""Job queues for tests of operations that queue later work."""

from __future__ import annotations

from typing import Any

from server.core.jobs import Job, Jobs
from server.features.moderation.hiding import SETTLE_TWEETS
from server.features.privacy.deletion import ERASE_USER
from server.features.privacy.exports import MAKE_EXPORT


class NoJobs(Jobs):
    """A queue for tests in which nothing may be queued."""

    async def send(self, job: Job, *arguments: Any) -> bool:
        raise AssertionError

    async def wait_for(self, token: str, seconds: float) -> None:
        raise AssertionError

    async def wake(self, token: str) -> None:
        raise AssertionError

    async def put_aside(self, since: object) -> int:
        raise AssertionError


class LostJobs(NoJobs):
    """Loses all queued work about users, as in a crash, and remembers what was lost."""

    def __init__(self) -> None:
        self.count = 0

    async def send(self, job: Job, *arguments: Any) -> bool:
        assert job in {SETTLE_TWEETS, MAKE_EXPORT, ERASE_USER}
        self.count += 1
        return False
