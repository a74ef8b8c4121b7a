"""Every task by its name, and when the recurring ones run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from taskiq import AsyncBroker

from server.operations.queue_names import PEOPLE_STREAM, SLOW_STREAM, STREAM
from tasks import health, media, media_copies, people, runs, storage_listed
from tasks.dumps import asked


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


PROCESS_PICTURE = "media.process_picture"
PROCESS_SLOW_PICTURE = "media.process_slow_picture"
REMOVE_PICTURES = "media.remove_pictures"
MAKE_EXPORT = "people.make_export"
ERASE_USER = "people.erase_user"
SETTLE_TWEETS = "people.settle_tweets"
EXECUTE_RUN = "runs.execute"
VERIFY_DUMP = "checks.verify_dump"

TASKS = (
    Task(PROCESS_PICTURE, media.process_picture),
    Task(PROCESS_SLOW_PICTURE, media.process_slow_picture, stream=SLOW_STREAM),
    Task(REMOVE_PICTURES, media.remove_pictures),
    Task("media.resume_forgotten", media.resume_forgotten, cron="* * * * *"),
    Task("media.copy_new", media_copies.copy_new, cron="* * * * *"),
    Task("media.expire_unattached", media.expire_unattached, cron="17 * * * *"),
    Task("media.sweep_incoming", media.sweep_incoming, cron="37 * * * *"),
    Task(SETTLE_TWEETS, people.settle_tweets, stream=PEOPLE_STREAM),
    Task(ERASE_USER, people.erase_user, stream=PEOPLE_STREAM),
    Task(MAKE_EXPORT, people.make_export, stream=PEOPLE_STREAM),
    Task("people.sweep_exports", people.sweep_exports, cron="47 * * * *"),
    Task("people.carry_out_suspensions", people.carry_out_suspensions, cron="* * * * *"),
    Task("people.resume", people.resume, cron="* * * * *"),
    Task("runs.plan", runs.plan),  # sent by schedulers of an earlier version, which leave it to workers
    Task(EXECUTE_RUN, runs.execute),
    Task(VERIFY_DUMP, asked.verify_dump, stream=PEOPLE_STREAM),
    Task("health.tell_changes", health.tell_changes, cron="* * * * *"),
    Task("storage_used.measure_storage", storage_listed.measure_storage, cron="7 * * * *"),
)


def register(broker: AsyncBroker) -> None:
    """Make every task known to the broker; a recurring task's name is its schedule id."""
    for task in TASKS:
        broker.register_task(task.work, task.name, schedule=task.schedule, queue_name=task.stream)
