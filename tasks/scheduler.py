"""The scheduler: sends recurring tasks when their time comes.

Two of them at once send each task twice, which does no harm: every task may run twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from taskiq import TaskiqScheduler
from taskiq.api import run_scheduler_task
from taskiq.schedule_sources import LabelScheduleSource

from config.settings import Settings
from tasks.broker import create_broker

log = logging.getLogger(__name__)


async def schedule(settings: Settings, stop: asyncio.Event) -> None:
    """Send what `tasks.catalogue` says, until `stop` is set."""
    broker = create_broker(settings.redis_tasks)
    scheduler = TaskiqScheduler(broker, sources=[LabelScheduleSource(broker)])
    log.info("ready")
    running = asyncio.create_task(run_scheduler_task(scheduler))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        for task in (running, stopping):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await broker.shutdown()
