"""The worker: takes messages from the queue until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from redis.exceptions import RedisError
from taskiq.receiver import Receiver

from config.pauses import spread
from config.settings import Settings
from server.core.transient import is_passing
from server.features.drafts import scheduled
from server.operations.queues import PEOPLE_STREAM, SLOW_STREAM
from tasks.broker import BEAT_EVERY, StreamBroker, create_broker
from tasks.jobs import QueuedJobs
from tasks.leases import renewed
from tasks.measured import TaskMetrics
from tasks.picture_worker import PictureChildren, decoder, missing_walls, walls
from tasks.workshop import Workshop, opened

log = logging.getLogger(__name__)

# The seconds before the queue is tried again.
RETRY_AFTER = 2

# How many archives and deletions one worker processes at once.
PEOPLE_AT_ONCE = 2

# Files in the scratch folder older than this many seconds were left by a killed worker: no task takes as
# long.
STALE_AFTER = 3600


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Run tasks, `WORKER_CONCURRENCY` at once, until `stop` is set."""
    logging.getLogger(Receiver.__module__).addFilter(calmly)
    broker = create_broker(settings.redis_tasks)
    slow, people = (
        create_broker(settings.redis_tasks, stream=stream) for stream in (SLOW_STREAM, PEOPLE_STREAM)
    )
    at_once = settings.worker_concurrency
    async with opened(settings, QueuedJobs(broker), stop=stop) as workshop:
        await asyncio.to_thread(remove_stale, workshop.scratch)
        log.info("processing pictures with %s", await asyncio.to_thread(decoder))
        workshop = with_walls(workshop, await asyncio.to_thread(walls))
        # What came due while no worker ran, or was left by one that died, doesn't wait for the next minute.
        await workshop.jobs.send(scheduled.PUBLISH)
        async with asyncio.TaskGroup() as all_of_them:
            all_of_them.create_task(serve(broker, at_once + 2, workshop))  # more: a scheduled run, previews
            all_of_them.create_task(serve(slow, max(2, at_once // 2), workshop))
            all_of_them.create_task(serve(people, PEOPLE_AT_ONCE, workshop))
    for each in (broker, slow, people):
        await each.shutdown()


def with_walls(workshop: Workshop, standing: Mapping[str, str | None]) -> Workshop:
    """The workshop, which processes no pictures if the kernel lacks the walls that the settings require.

    Logs which of the walls are missing.
    """
    missing, unsafe = missing_walls(standing, needed=workshop.settings.needs_sandbox)
    if unsafe is not None:
        log.error("%s", unsafe)
        return replace(workshop, pictures=PictureChildren(unsafe))
    if missing:
        log.warning("decoding pictures without %s, which this kernel doesn't have", " and ".join(missing))
    return workshop


def calmly(record: logging.LogRecord) -> bool:
    """Log a task's transient failure as one line without an alarm: its work will be queued again."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and is_passing(error):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = "a task stopped and will be retried: %s: %s", (type(error).__name__, error)
        record.exc_info = record.exc_text = None
    return True


async def serve(broker: StreamBroker, at_once: int, workshop: Workshop) -> None:
    """Run the tasks of one stream until the worker is told to stop."""
    broker.is_worker_process = True
    broker.add_middlewares(TaskMetrics())
    broker.state.workshop = workshop
    async with renewed(broker.beat, every=BEAT_EVERY):
        with contextlib.suppress(RedisError, OSError):  # the next worker will do it
            await broker.forget_dead()
        complained = False
        while not workshop.stop.is_set():
            try:
                await broker.length()  # raises if Redis is away
                complained = False
                await listen(broker, at_once, workshop.stop, within=workshop.settings.shutdown_timeout)
            except (RedisError, OSError) as error:
                if not complained:
                    words = "the queue %s doesn't respond, retrying until it does: %s"
                    log.warning(words, broker.queue_name, error)
                complained = True
                await asyncio.sleep(spread(RETRY_AFTER))
            except Exception:  # whatever it was, we go on reading the queue
                log.exception("the worker failed; listening again")
                await asyncio.sleep(spread(RETRY_AFTER))
        with contextlib.suppress(RedisError, OSError):  # otherwise the messages wait until the lease ends
            await broker.leave()


async def listen(broker: StreamBroker, at_once: int, stop: asyncio.Event, *, within: float) -> None:
    """Run a receiver until `stop`. Tasks that are running at its end have `within` seconds to finish."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        receiver = Receiver(
            broker,
            executor=executor,
            max_async_tasks=at_once,
            run_startup=True,
            wait_tasks_timeout=within,
        )
        log.info("ready, running %d tasks at once from %s", at_once, broker.queue_name)
        await receiver.listen(stop)


def remove_stale(scratch: Path) -> None:
    """Remove what killed workers left behind."""
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in scratch.iterdir():
        if path.stat().st_mtime < time.time() - STALE_AFTER:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
