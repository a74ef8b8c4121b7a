"""Health: whether the process responds, and whether everything that it needs does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from server.api.http import envelope
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.context import Context
from server.core.database import migrate
from server.core.database.connection import only_reads
from server.core.errors import Unavailable
from server.operations import condition, queues
from server.operations.slots import Timetable

log = logging.getLogger(__name__)

bp = Blueprint("health", url_prefix="/health")

# A component that takes longer than this many seconds counts as not responding.
PATIENCE = 3

# For how many seconds a result is reused, so that the components aren't checked more often than that.
KNOWN_FOR = 1.5


class Ready(Answer, frozen=True, kw_only=True):
    """The server can serve people. `reasons` are sentences about what makes it degraded."""

    status: Literal["ok", "degraded"]
    reasons: list[str]


class NotReady(Exception):
    """A component doesn't work; the text says why, without addresses or secrets."""


@bp.route("/live", methods=["GET", "HEAD"])
async def live(request: Request) -> HTTPResponse:
    """The process answers."""
    return envelope.ok(Answer())


class Readiness:
    """The last result. Only one check runs at a time, for everyone who asks."""

    def __init__(self) -> None:
        self._found: Ready | Unavailable | None = None
        self._found_at = 0.0
        self._looking = asyncio.Lock()

    async def of(self, perch: Context) -> Ready | Unavailable:
        """The state of the components, at most KNOWN_FOR seconds old."""
        async with self._looking:
            if self._found is None or time.monotonic() - self._found_at >= KNOWN_FOR:
                self._found = await look(perch)
                self._found_at = time.monotonic()
            return self._found


@bp.route("/ready", methods=["GET", "HEAD"])
async def ready(request: Request) -> HTTPResponse:
    """Whether a balancer should send people here: 200, or 503 with the name of the part that prevents it.

    A response with 200 says `degraded` if Perch serves everyone but something is wrong.
    """
    found = await request.app.ctx.readiness.of(context(request))
    return envelope.failure(found) if isinstance(found, Unavailable) else envelope.ok(found)


async def look(perch: Context) -> Ready | Unavailable:
    """Check every component. Without Redis, everyone is still served, so that only means `degraded`."""
    reasons = []
    for name, check in PARTS.items():
        try:
            async with asyncio.timeout(PATIENCE):
                await check(perch)
        except NotReady as error:
            return Unavailable(f"{name}: {error}")
        except Exception as error:  # whatever went wrong, the component doesn't respond
            log.warning("not ready: %s: %s: %s", name, type(error).__name__, error)
            if name != "redis":
                return Unavailable(f"{name} doesn't respond.")
            reasons.append(f"redis {queues.how(error)}")
    found = await condition.troubles(Timetable.of(perch.settings), perch.jobs)
    found += await condition.of_disks(perch.settings)
    reasons += [trouble.sentence for trouble in found]
    return Ready(status="degraded" if reasons else "ok", reasons=reasons)


async def check_database(_: Context) -> None:
    if await only_reads():
        raise NotReady("it is read-only. It may be a replica.")


async def check_migrations(_: Context) -> None:
    if missing := await migrate.missing():
        raise NotReady(f"{len(missing)} not applied. Run `perch migrate`.")
    if unknown := await migrate.unknown():
        raise NotReady(f"they are from a newer version of Perch, which has the migration {unknown[0]}.")


async def check_redis(perch: Context) -> None:
    await queues.try_to_write(perch.redis)


async def check_storage(perch: Context) -> None:
    await perch.store.check()


PARTS: dict[str, Callable[[Context], Awaitable[None]]] = {
    "database": check_database,
    "migrations": check_migrations,
    "redis": check_redis,
    "storage": check_storage,
}
