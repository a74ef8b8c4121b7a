"""The scheduler: plans scheduled runs, and sends recurring tasks when their time comes.

Two of them at once plan the same slots, each of which is one row, and send each task twice, which does no
harm: every task may run twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from taskiq import ScheduledTask, ScheduleSource, TaskiqScheduler
from taskiq.api import run_scheduler_task
from taskiq.exceptions import TaskiqError
from taskiq.schedule_sources import LabelScheduleSource

from config.settings import Settings
from server.core.database.connection import database
from server.core.transient import is_passing, reason
from server.operations import ownership, runs
from server.operations.queues import SCHEDULER, SCHEDULER_BEAT, SCHEDULER_LEASE
from server.operations.slots import Timetable
from tasks.broker import StreamBroker, create_broker
from tasks.gauges import measure_for_ever
from tasks.jobs import QueuedJobs
from tasks.leases import ended

log = logging.getLogger(__name__)


# The clock counts as set when it moved by JUMP seconds relative to the monotonic clock; this is checked every
# LOOK_EVERY seconds.
JUMP, LOOK_EVERY = 5.0, 2.0

# How often, in seconds, the scheduler looks for due slots.
PLAN_EVERY = 10.0

# Recurring tasks are not queued behind more messages than this: without a worker they would pile up for ever.
LONGEST_QUEUE = 1_000

# The number of connections to the database: plans and metrics are read rarely.
CONNECTIONS = 1


class PatientScheduler(TaskiqScheduler):
    """Logs in one line that tasks can't be sent; they will be sent the next time."""

    def __init__(self, queue: StreamBroker) -> None:
        super().__init__(queue, sources=[LabelScheduleSource(queue)])
        self._queue = queue
        self._complained = False

    async def on_ready(self, source: ScheduleSource, task: ScheduledTask) -> None:
        """Send a task that is due, unless the queue is so long that apparently nobody works on it."""
        try:
            if await self._queue.length() > LONGEST_QUEUE:
                log.warning(
                    "%s isn't queued, because more than %d messages are waiting",
                    task.task_name,
                    LONGEST_QUEUE,
                )
                return
            await super().on_ready(source, task)
            self._complained = False
        except (TaskiqError, RedisError, OSError) as error:
            if not self._complained:
                words = "can't queue %s, nor what is due until that works again: %s"
                log.warning(words, task.task_name, error.__cause__ or error)
            self._complained = True


async def schedule(settings: Settings, stop: asyncio.Event) -> None:
    """Plan scheduled runs and send what `tasks.registry` says, until `stop` is set."""
    broker = create_broker(settings.redis_tasks)
    scheduler = PatientScheduler(broker)
    few = settings.model_copy(update={"database_pool_size": CONNECTIONS})
    async with database(few, name="perch scheduler"):
        log.info("ready")
        stopping = asyncio.create_task(stop.wait())
        besides = [
            asyncio.create_task(plan_for_ever(settings, broker)),
            asyncio.create_task(measure_for_ever(settings, broker)),
            asyncio.create_task(beat_for_ever(broker)),
        ]
        try:
            while not stopping.done():
                await until_the_clock_jumps(scheduler, stopping)
        finally:
            await ended(stopping)
            for task in besides:
                await ended(task)
            await broker.shutdown()


async def plan_for_ever(settings: Settings, broker: StreamBroker) -> None:
    """Again and again, record the slots that have come, and notify workers of due runs.

    In a rehearsal nothing runs by itself.
    """
    timetable, jobs = Timetable.of(settings), QueuedJobs(broker)
    while True:
        try:
            if not await ownership.is_rehearsal():
                await runs.plan(timetable, jobs)
        except Exception as error:
            if is_passing(error):
                log.warning("can't plan scheduled runs: %s", reason(error))
            else:
                log.exception("can't plan scheduled runs")
        await asyncio.sleep(PLAN_EVERY)


async def beat_for_ever(broker: StreamBroker) -> None:
    """Keep sending the scheduler's heartbeat; at the end, withdraw it until another scheduler sends one."""
    redis = Redis(connection_pool=broker.connection_pool)
    try:
        while True:
            with suppress(RedisError, OSError):  # who cannot be told asks later
                await redis.set(SCHEDULER, b"", ex=SCHEDULER_LEASE)
            await asyncio.sleep(SCHEDULER_BEAT)
    finally:
        with suppress(RedisError, OSError):
            await redis.delete(SCHEDULER)


async def until_the_clock_jumps(scheduler: TaskiqScheduler, stopping: asyncio.Task[Any]) -> None:
    """Run it until then. Its loop compares wall-clock times: set back by an hour, it would pause for one."""
    running = asyncio.create_task(run_scheduler_task(scheduler))
    offset = time.time() - time.monotonic()
    try:
        while abs(time.time() - time.monotonic() - offset) < JUMP:
            done, _ = await asyncio.wait(
                (running, stopping), timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED
            )
            if running in done:
                running.result()
            if done:
                return
        log.warning("the system clock was changed; restarting the schedule")
    finally:
        await ended(running)
