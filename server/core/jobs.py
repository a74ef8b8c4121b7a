"""Work that features hand off instead of doing it. `tasks` does it; a composition root joins the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of later work, declared by the feature that asks for it. `name` is the task's name."""

    name: str


class Jobs(Protocol):
    """Queues later work. Queueing never raises: reconciliation later finds what couldn't be queued."""

    async def send(self, job: Job, *arguments: Any) -> bool:
        """Queue the job with these arguments, which are sent as JSON; return whether it was queued."""

    async def wait_for(self, token: str, seconds: float) -> None:
        """Wait until `wake` is called for the picture with this token, for at most `seconds`."""

    async def wake(self, token: str) -> None:
        """Make `wait_for` return for anyone waiting for the picture with this token."""

    async def put_aside(self, since: datetime) -> int:
        """How many messages were given up since then: every worker died on them, or none knew their task.

        0 if that can't be determined.
        """
