"""Work that features ask for and do not do themselves. `tasks` does it; a composition root joins the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of later work, declared by the feature that asks for it. `name` is that of the task."""

    name: str


class Jobs(Protocol):
    """Later work. Asking never fails: what cannot be queued is found by reconciliation later."""

    async def send(self, job: Job, *arguments: Any) -> bool:
        """Have it done, with these arguments, which go as JSON. Whether it is queued."""

    async def wait_for(self, token: str, seconds: float) -> None:
        """Return when `wake` is called for the picture with this token, or after that time."""

    async def wake(self, token: str) -> None:
        """Have `wait_for` return to whoever waits for this picture, if anybody does."""

    async def put_aside(self, since: datetime) -> int:
        """How many messages were given up since then, as each worker died over them or none knew their task.

        0 where nobody can tell.
        """
