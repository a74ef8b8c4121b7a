"""Metrics of the whole server rather than of a process: the scheduler reports them, as there is only one.

Values that cannot be read are not reported: an old number would look like a new one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis

from config.metrics import REGISTRY
from config.settings import Settings
from server.core.database.connection import rows
from server.core.transient import is_passing
from server.operations import disks, queues, storage_used, trends
from server.operations.queues import Queues
from server.operations.scheduled_run import RunKind
from server.operations.slots import Timetable
from server.operations.storage_used import StorageUsed, Used
from tasks.broker import StreamBroker

log = logging.getLogger(__name__)

# How often, in seconds, everything is measured.
LOOK_EVERY = 15.0

LAST_RUNS = """
    SELECT kind, extract(epoch FROM slot)::float8 AS slot,
        extract(epoch FROM ended_at - started_at)::float8 AS seconds, state = 'failed' AS failed
    FROM (
        SELECT DISTINCT ON (kind, state) kind, slot, started_at, ended_at, state FROM scheduled_runs
        WHERE state IN ('done', 'failed') ORDER BY kind, state, slot DESC
    ) AS newest ORDER BY slot
"""
# A new server has no run yet that could be overdue: its first slots are recorded as skipped.
FIRST_SEEN = """
    SELECT kind, extract(epoch FROM min(ended_at))::float8 AS at FROM scheduled_runs
    WHERE ended_at IS NOT NULL GROUP BY kind
"""
COUNTS = """
    SELECT (SELECT count(*) FROM users) AS users,
        (SELECT count(*) FROM media_attachments WHERE state = 'pending') AS pending,
        (SELECT coalesce(extract(epoch FROM now() - created_at), 0) FROM outbox ORDER BY id LIMIT 1)::float8
            AS behind
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """Values from the database: the newest runs by time, when each kind was first seen, and counts.

    `behind` is how many seconds the oldest event has waited to be sent.
    """

    runs: Sequence[Mapping[str, Any]]
    first_seen: Sequence[Mapping[str, Any]]
    users: int
    pending: int
    behind: float


class Whole(Collector):
    """The values of the last measurement; None for those that could not be read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.queues: Queues | None = None
        self.storage: StorageUsed | None = None
        self.rows: Rows | None = None

    def collect(self) -> Iterator[Metric]:
        """All metrics that could be read."""
        yield from of_disks(self._settings)
        if self.queues is not None:
            yield from of_queues(self.queues)
        yield from of_storage(self.storage.kinds if self.storage else {})
        if self.rows is not None:
            yield from of_rows(self.rows, Timetable.of(self._settings))

    async def look(self, broker: StreamBroker) -> None:
        """Measure whatever can be read now."""
        try:
            self.queues = self.storage = None
            async with Redis(connection_pool=broker.connection_pool) as redis:
                self.queues, self.storage = await queues.read(redis), await storage_used.read(redis)
                await trends.put_highest(redis, "waiting", self.queues.waiting)
        except Exception as error:
            not_told(error)
        try:
            self.rows = None
            self.rows = await read_rows()
        except Exception as error:
            not_told(error)


async def measure_for_ever(settings: Settings, broker: StreamBroker) -> None:
    """Measure again and again."""
    whole = Whole(settings)
    REGISTRY.register(whole)
    while True:
        await whole.look(broker)
        await asyncio.sleep(LOOK_EVERY)


def not_told(error: Exception) -> None:
    """Log that a value could not be read: either a part is away, or something is wrong with us."""
    if is_passing(error):
        log.warning("can't collect the metrics of the whole server: %s", error)
    else:
        log.exception("can't collect the metrics of the whole server")


async def read_rows() -> Rows:
    """Read the values from the database. Its exceptions pass through."""
    (counts,) = await rows(COUNTS)
    behind = counts["behind"] or 0.0
    return Rows(await rows(LAST_RUNS), await rows(FIRST_SEEN), counts["users"], counts["pending"], behind)


def of_disks(settings: Settings) -> Iterator[Metric]:
    low = GaugeMetricFamily(
        "perch_disk_low", "Whether a disk is nearly full or can't be written to.", labels=("place",)
    )
    for disk in disks.looked_at(settings):
        if disk.place == "data" and disk.error is None:
            yield gauge("perch_disk_free_bytes", "Free bytes on the disk of DATA_DIR.", disk.free)
        low.add_metric((disk.place,), float(disk.trouble is not None))
    yield low


def of_queues(found: Queues) -> Iterator[Metric]:
    messages = GaugeMetricFamily("perch_queue_messages", "Messages in the queue.", labels=("queue", "state"))
    for name, queue in found.by_name.items():
        messages.add_metric((name, "waiting"), queue.waiting)
        messages.add_metric((name, "running"), queue.running)
    yield messages
    yield gauge("perch_queue_dead_letters", "Failed tasks that are kept.", found.dead_letters)
    yield gauge("perch_workers", "Workers that are running.", found.workers)


def of_storage(kinds: Mapping[str, Used]) -> Iterator[Metric]:
    objects = {kind: used.objects for kind, used in kinds.items()}
    sizes = {kind: used.bytes for kind, used in kinds.items()}
    yield by_kind("perch_storage_objects", "Objects stored, counted each hour.", objects)
    yield by_kind("perch_storage_bytes", "Bytes stored, counted each hour.", sizes)


def of_rows(found: Rows, timetable: Timetable) -> Iterator[Metric]:
    yield gauge("perch_users", "Users, including suspended ones.", found.users)
    yield gauge("perch_pictures_pending", "Pictures that are still being processed.", found.pending)
    yield gauge("perch_events_behind_seconds", "How long the oldest event has been waiting.", found.behind)
    done = {run["kind"]: run for run in found.runs if not run["failed"]}
    slots = {kind: run["slot"] for kind, run in done.items()}
    due = {}
    for first in found.first_seen:
        since = datetime.fromtimestamp(slots.get(first["kind"], first["at"]), UTC)
        due[first["kind"]] = timetable.next(RunKind(first["kind"]), since).timestamp()
    yield by_kind(
        "perch_run_last_success_timestamp_seconds",
        "The scheduled time of the newest run that succeeded.",
        slots,
    )
    seconds = {kind: run["seconds"] or 0.0 for kind, run in done.items()}
    yield by_kind("perch_run_last_duration_seconds", "How long that run took.", seconds)
    yield by_kind(
        "perch_run_due_timestamp_seconds", "When the run after the newest that succeeded is due.", due
    )
    # Runs are ordered by time, so the latest one of a kind decides whether it counts as failed.
    failed = {run["kind"]: float(run["failed"]) for run in found.runs}
    yield by_kind("perch_run_last_failed", "Whether the newest finished run failed.", failed)


def gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def by_kind(name: str, documentation: str, values: dict[str, Any]) -> Metric:
    found = GaugeMetricFamily(name, documentation, labels=("kind",))
    for kind, value in values.items():
        found.add_metric((kind,), value)
    return found
