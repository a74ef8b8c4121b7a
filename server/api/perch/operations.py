"""The dashboard: the overview, the log, and trends."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from redis.exceptions import RedisError
from sanic import Blueprint, Request

from config import log_tail
from config.log_tail import Level
from config.version import VERSION
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.measured import quantile_ms
from server.api.http.operation import operation
from server.api.perch.shapes import operations as wire
from server.core.live import hub
from server.core.viewer import Viewer
from server.operations import condition, queues, runs, storage_used, trends
from server.operations.scheduled_run import RunKind
from server.operations.slots import Timetable

bp = Blueprint("operations", url_prefix="/api/operations")

# The most lines, dead letters and runs in one response; and the most minutes of a trend.
MOST, MOST_MINUTES = 500, 24 * 60


class Overview(Answer, frozen=True, kw_only=True):
    """The state of the whole server. Figures from Redis are null if it doesn't respond."""

    status: Literal["ok", "degraded"]
    reasons: list[str]
    version: str
    web: Annotated[int, Meta(description="Web processes on all machines.")]
    workers: int | None
    queues: list[wire.QueueLength] | None
    dead_letters: int | None
    runs: list[wire.RunOfKind]
    storage: list[wire.Stored] | None
    storage_at: Annotated[
        datetime | None, Meta(description="When that was listed, which happens once an hour.")
    ]
    disk_free: Annotated[int, Meta(description="Bytes free on the disk of DATA_DIR on this machine.")]


class LogLines(Answer, frozen=True, kw_only=True):
    """Log lines of the machine that answers, newest last."""

    lines: list[wire.LogLine]


class TrendAnswer(Answer, frozen=True, kw_only=True):
    """Figures by the minute."""

    trend: wire.Trend


class LogQuery(msgspec.Struct, frozen=True):
    """Which lines to return."""

    limit: Annotated[int, Meta(ge=0, description=f"The most lines to return, {MOST} at most.")] = 200
    level: Level = Level.INFO
    text: Annotated[str, Meta(description="Only lines that contain this text, in upper or lower case.")] = ""
    after: Annotated[str, Meta(description="Only lines newer than this `time`.")] = ""


class TrendQuery(msgspec.Struct, frozen=True):
    """How far back to go."""

    minutes: Annotated[int, Meta(ge=0, description=f"{MOST_MINUTES} at most.")] = 360


@bp.get("/")
@operation(scope="admin", answer=Overview)
async def overview(request: Request, viewer: Viewer) -> Overview:
    """Read the state of the server: health, processes, queues, runs, storage."""
    perch = context(request)
    timetable, now = Timetable.of(perch.settings), datetime.now(UTC)
    waiting: queues.Queues | None = None
    used: storage_used.StorageUsed | None = None
    with suppress(RedisError, OSError):
        async with perch.queue() as redis:
            waiting, used = await queues.read(redis), await storage_used.read(redis)
    troubles = await condition.troubles(timetable, perch.jobs) + await condition.of_disks(perch.settings)
    reasons = [trouble.told for trouble in troubles]
    newest = {kind: await runs.listed(kind, limit=1) for kind in RunKind}
    return Overview(
        status="degraded" if reasons else "ok",
        reasons=reasons,
        version=VERSION,
        web=await hub.connected(),
        workers=waiting.workers if waiting else None,
        queues=[wire.QueueLength(name, one.waiting, one.running) for name, one in waiting.by_name.items()]
        if waiting
        else None,
        dead_letters=waiting.dead_letters if waiting else None,
        runs=[
            wire.RunOfKind(kind, wire.run(last[0]) if last else None, timetable.next(kind, now))
            for kind, last in newest.items()
        ],
        storage=[wire.Stored(kind, one.objects, one.bytes) for kind, one in used.kinds.items()]
        if used
        else None,
        storage_at=used.at if used else None,
        disk_free=shutil.disk_usage(perch.settings.data_folder).free,
    )


@bp.get("/log")
@operation(scope="admin", query=LogQuery, answer=LogLines)
async def read_log(request: Request, viewer: Viewer, query: LogQuery) -> LogLines:
    """Read the newest log lines of the machine that answers."""
    lines = await asyncio.to_thread(
        log_tail.tail,
        context(request).settings.logs_folder,
        limit=min(query.limit, MOST),
        level=query.level,
        text=query.text,
        after=query.after,
    )
    return LogLines(lines=[msgspec.convert(line, wire.LogLine) for line in lines])


@bp.get("/trends")
@operation(scope="admin", query=TrendQuery, answer=TrendAnswer)
async def read_trends(request: Request, viewer: Viewer, query: TrendQuery) -> TrendAnswer:
    """Read the number of requests, their duration and the number of waiting tasks, minute by minute."""
    async with context(request).queue() as redis:
        found = await trends.read(redis, min(max(query.minutes, 1), MOST_MINUTES))
    return TrendAnswer(trend=trend(found))


def trend(minutes: list[trends.Minute]) -> wire.Trend:
    """The minutes as responses show them."""

    def each(name: str) -> list[int | None]:
        return [minute.counts.get(name, 0) if minute.counts else None for minute in minutes]

    return wire.Trend(
        begins=minutes[0].begins,
        requests=each("requests"),
        errors=each("errors"),
        refused=each("refused"),
        median_ms=[quantile_ms(minute.counts, 0.5) for minute in minutes],
        p95_ms=[quantile_ms(minute.counts, 0.95) for minute in minutes],
        waiting=each("waiting"),
    )
