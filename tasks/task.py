"""The type with which modules declare their tasks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.operations.queues import STREAM


@dataclass(frozen=True, slots=True)
class Task:
    """A task; `cron` (in UTC) is its schedule if it recurs.

    A task may be sent twice; work that must not happen twice has to be a scheduled run.
    """

    name: str
    work: Callable[..., Awaitable[Any]]
    cron: str | None = None
    stream: str = STREAM

    @property
    def schedule(self) -> list[dict[str, Any]]:
        """The schedule in taskiq's format; its id is the task's name."""
        return [] if self.cron is None else [{"cron": self.cron, "schedule_id": self.name}]
