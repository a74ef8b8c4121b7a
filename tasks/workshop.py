"""What tasks work with: opened once per worker, found by taskiq's dependency injection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from taskiq import Context, TaskiqDepends

import storage
from config.logging import current_work
from config.settings import Settings
from server.domain.jobs import Jobs
from server.models.connection import database
from storage.base import ObjectStore


@dataclass(frozen=True, slots=True)
class Workshop:
    """The worker's means."""

    settings: Settings
    store: ObjectStore
    jobs: Jobs

    @property
    def media_folder(self) -> str:
        """The part of the keys before a variant's name."""
        return self.settings.s3_tweets_media_folder

    @property
    def scratch(self) -> Path:
        """Where files lie that only this moment needs."""
        return self.settings.scratch_folder


@asynccontextmanager
async def opened(settings: Settings, jobs: Jobs) -> AsyncIterator[Workshop]:
    """The means, while the block lasts."""
    store = storage.from_settings(settings)
    await store.open()
    try:
        async with database(settings, name="perch worker"):
            yield Workshop(settings, store, jobs)
    finally:
        await store.close()


def current(context: Annotated[Context, TaskiqDepends()]) -> Workshop:
    """The means of the worker that runs the task; its log lines carry the task's id from here on."""
    current_work.set(context.message.task_id)
    workshop: Workshop = context.state.workshop
    return workshop


Means = Annotated[Workshop, TaskiqDepends(current)]
