"""The worker: takes messages from the queue until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from redis.exceptions import RedisError
from taskiq.receiver import Receiver

from config.settings import Settings
from tasks.broker import BEAT_EVERY, create_broker
from tasks.leases import renewed
from tasks.picture_worker import decoder
from tasks.queue import QueuedJobs
from tasks.workshop import opened

log = logging.getLogger(__name__)

# How long tasks under way may take to finish when the worker stops; the rest is taken over. Seconds.
FINISH_WITHIN = 10

# Before the queue is asked again. Seconds.
RETRY_AFTER = 2

# What a killed worker left in the scratch folder is older than any task. Seconds.
STALE_AFTER = 3600


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Run tasks, `WORKER_CONCURRENCY` at once, until `stop` is set."""
    broker = create_broker(settings.redis_tasks)
    broker.is_worker_process = True
    async with (
        opened(settings, QueuedJobs(broker), stop=stop) as workshop,
        renewed(broker.beat, every=BEAT_EVERY),
    ):
        await asyncio.to_thread(remove_stale, workshop.scratch)
        log.info("pictures are made by %s", await asyncio.to_thread(decoder))
        broker.state.workshop = workshop
        with contextlib.suppress(RedisError, OSError):  # the next worker does it
            await broker.forget_dead()
        while not stop.is_set():
            try:
                await listen(broker, settings.worker_concurrency, stop)
            except (RedisError, OSError) as error:
                log.warning("the queue at %s does not answer: %s", settings.redis_tasks, error)
                await asyncio.sleep(RETRY_AFTER)
            except Exception:  # whatever it was, the queue is there to be read again
                log.exception("the worker listens again")
                await asyncio.sleep(RETRY_AFTER)
        with contextlib.suppress(RedisError, OSError):  # then they wait for the lease to end
            await broker.leave()
        await broker.shutdown()


async def listen(broker: object, concurrency: int, stop: asyncio.Event) -> None:
    """One life of a receiver."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        receiver = Receiver(
            broker,  # type: ignore[arg-type]
            executor=executor,
            max_async_tasks=concurrency + 1,  # and a scheduled run
            run_startup=True,
            wait_tasks_timeout=FINISH_WITHIN,
        )
        log.info("ready, %d tasks at once, and a scheduled run", concurrency)
        await receiver.listen(stop)


def remove_stale(scratch: Path) -> None:
    """Remove what killed workers left behind."""
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in scratch.iterdir():
        if path.stat().st_mtime < time.time() - STALE_AFTER:
            shutil.rmtree(path, ignore_errors=True)
