"""Every task by its name, and when the recurring ones run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from taskiq import AsyncBroker

from tasks import media


@dataclass(frozen=True, slots=True)
class Task:
    """A task; `cron` (UTC) where it recurs."""

    name: str
    work: Callable[..., Awaitable[Any]]
    cron: str | None = None


PROCESS_PICTURE = "media.process_picture"
REMOVE_PICTURES = "media.remove_pictures"

TASKS = (
    Task(PROCESS_PICTURE, media.process_picture),
    Task(REMOVE_PICTURES, media.remove_pictures),
    Task("media.resume_forgotten", media.resume_forgotten, cron="* * * * *"),
    Task("media.expire_unattached", media.expire_unattached, cron="17 * * * *"),
    Task("media.sweep_incoming", media.sweep_incoming, cron="37 * * * *"),
)


def register(broker: AsyncBroker) -> None:
    """Make every task known to the broker; a recurring task's name is its schedule id."""
    for task in TASKS:
        schedule = [{"cron": task.cron, "schedule_id": task.name}] if task.cron else []
        broker.register_task(task.work, task.name, schedule=schedule)
