"""What is measured of the whole, and not of a process: the scheduler tells it, as there is one of it."""

from __future__ import annotations

import asyncio
import logging
import math
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from prometheus_client import Gauge
from redis.asyncio import Redis

from config.addresses import DatabaseAddress
from config.metrics import REGISTRY
from config.settings import Settings
from server.domain.passing import is_passing
from server.domain.slots import Timetable
from server.models import RunKind
from tasks import queues, storage_used, trends
from tasks.broker import StreamBroker

log = logging.getLogger(__name__)

# How often the queue is looked at, and the database: each so many looks. Seconds.
LOOK_EVERY, DATABASE_EACH = 15.0, 4

# The database may not answer: the next look comes. Seconds.
PATIENCE = 5


LAST_RUNS = """
    SELECT kind, extract(epoch FROM slot)::float8 AS slot,
        extract(epoch FROM ended_at - started_at)::float8 AS seconds, state = 'failed' AS failed
    FROM (
        SELECT DISTINCT ON (kind, state) kind, slot, started_at, ended_at, state FROM scheduled_runs
        WHERE state IN ('done', 'failed') ORDER BY kind, state, slot DESC
    ) AS newest ORDER BY slot
"""
# A new server has no run yet that could be missed: its first slots are written as skipped.
FIRST_SEEN = """
    SELECT kind, extract(epoch FROM min(ended_at))::float8 AS at FROM scheduled_runs
    WHERE ended_at IS NOT NULL GROUP BY kind
"""
COUNTS = """
    SELECT (SELECT count(*) FROM users) AS users,
        (SELECT count(*) FROM media_attachments WHERE state = 'pending') AS pending
"""


class Gauges:
    """What this process tells, from when it is made."""

    def __init__(self) -> None:
        self.messages = gauge("perch_queue_messages", "Messages on the queue.", "queue", "state")
        self.dead_letters = gauge("perch_queue_dead_letters", "Messages that were put aside.")
        self.workers = gauge("perch_workers", "Workers that live.")
        self.last_success = gauge(
            "perch_run_last_success_timestamp_seconds", "The slot of the newest run that succeeded.", "kind"
        )
        self.last_duration = gauge("perch_run_last_duration_seconds", "How long that run took.", "kind")
        self.due = gauge(
            "perch_run_due_timestamp_seconds", "When the run after the newest that succeeded is due.", "kind"
        )
        self.last_failed = gauge("perch_run_last_failed", "Whether the newest that ended failed.", "kind")
        self.pending = gauge("perch_pictures_pending", "Pictures that are not made yet.")
        self.users = gauge("perch_users", "Users, suspended ones too.")
        self.objects = gauge("perch_storage_objects", "Objects stored, counted each hour.", "kind")
        self.bytes = gauge("perch_storage_bytes", "Bytes stored, counted each hour.", "kind")
        self.disk_free = gauge("perch_disk_free_bytes", "Room left on the disk of DATA_DIR.")
        self.of_redis = (self.messages, self.dead_letters, self.workers, self.objects, self.bytes)
        runs = (self.last_success, self.last_duration, self.due, self.last_failed)
        self.of_database = (*runs, self.pending, self.users)

    async def read_queue(self, redis: Redis) -> None:
        """What waits. Raises RedisError or OSError."""
        found = await queues.read(redis)
        for name, queue in found.by_name.items():
            self.messages.labels(name, "waiting").set(queue.waiting)
            self.messages.labels(name, "running").set(queue.running)
        await trends.put_highest(redis, "waiting", sum(q.waiting for q in found.by_name.values()))
        self.dead_letters.set(found.dead_letters)
        self.workers.set(found.workers)

    async def read_storage(self, redis: Redis) -> None:
        """What was listed last. Raises RedisError or OSError."""
        found = await storage_used.read(redis)
        for kind, used in found.kinds.items() if found else ():
            self.objects.labels(kind).set(used.objects)
            self.bytes.labels(kind).set(used.bytes)

    async def read_database(self, address: DatabaseAddress, timetable: Timetable) -> None:
        """Rows, and what became of scheduled runs. Raises what asyncpg raises."""
        connection = await asyncpg.connect(**address.connect_arguments(), timeout=PATIENCE)
        try:
            counts = await connection.fetchrow(COUNTS, timeout=PATIENCE)
            runs = await connection.fetch(LAST_RUNS, timeout=PATIENCE)
            seen = await connection.fetch(FIRST_SEEN, timeout=PATIENCE)
        finally:
            await connection.close(timeout=PATIENCE)
        self.users.set(counts["users"])
        self.pending.set(counts["pending"])
        succeeded = {run["kind"]: run["slot"] for run in runs if not run["failed"]}
        for first in seen:
            since = datetime.fromtimestamp(succeeded.get(first["kind"], first["at"]), UTC)
            self.due.labels(first["kind"]).set(timetable.next(RunKind(first["kind"]), since).timestamp())
        for run in runs:  # by time: the later one of a kind says whether it failed
            self.last_failed.labels(run["kind"]).set(run["failed"])
            if not run["failed"]:
                self.last_success.labels(run["kind"]).set(run["slot"])
                self.last_duration.labels(run["kind"]).set(run["seconds"] or 0.0)


async def measure_for_ever(settings: Settings, broker: StreamBroker) -> None:
    """Look, again and again. What cannot be read is not told: an old number would look like a new one."""
    gauges, look = Gauges(), 0
    while True:
        gauges.disk_free.set(shutil.disk_usage(settings.data_folder).free)
        async with (
            told_or_cleared(gauges.of_redis),
            Redis(connection_pool=broker.connection_pool) as redis,
        ):
            await gauges.read_queue(redis)
            await gauges.read_storage(redis)
        if look % DATABASE_EACH == 0:
            async with told_or_cleared(gauges.of_database):
                await gauges.read_database(settings.database, Timetable.of(settings))
        look += 1
        await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def told_or_cleared(gauges: Sequence[Gauge]) -> AsyncIterator[None]:
    """The block sets these; where it fails they tell nothing."""
    try:
        yield
    except Exception as error:
        for gauge in gauges:
            gauge.clear()
            if not gauge._labelnames:
                gauge.set(math.nan)
        if is_passing(error):
            log.warning("what is measured of the whole is not told: %s", error)
        else:
            log.exception("what is measured of the whole is not told")


def gauge(name: str, documentation: str, *labels: str) -> Gauge:
    return Gauge(name, documentation, labelnames=labels, registry=REGISTRY)
