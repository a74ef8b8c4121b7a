"""All tasks together: each module declares its own by the name used in messages, with their schedules."""

from __future__ import annotations

from taskiq import AsyncBroker

from tasks import health, media, media_copies, people, previews, profile_links, runs, storage_listed
from tasks.dumps import asked

TASKS = (
    *media.TASKS,
    *media_copies.TASKS,
    *people.TASKS,
    *previews.TASKS,
    *profile_links.TASKS,
    *runs.TASKS,
    *asked.TASKS,
    *health.TASKS,
    *storage_listed.TASKS,
)


def register(broker: AsyncBroker) -> None:
    """Make every task known to the broker; a recurring task's name is its schedule id."""
    for task in TASKS:
        broker.register_task(task.work, task.name, schedule=task.schedule, queue_name=task.stream)
