"""What a task is, for the modules that declare theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.operations.queues import STREAM


@dataclass(frozen=True, slots=True)
class Task:
    """A task; `cron` (UTC) where it recurs.

    It may be sent twice: what must not happen twice is a scheduled run.
    """

    name: str
    work: Callable[..., Awaitable[Any]]
    cron: str | None = None
    stream: str = STREAM

    @property
    def schedule(self) -> list[dict[str, Any]]:
        """As taskiq wants it; the schedule's id is the task's name."""
        return [] if self.cron is None else [{"cron": self.cron, "schedule_id": self.name}]
