"""Whether the process answers, and whether all that it needs does."""

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

# A part that takes longer than this does not answer. Seconds.
PATIENCE = 3

# For how long an answer counts: however often this is asked, the parts are asked so often. Seconds.
KNOWN_FOR = 1.5


class Ready(Answer, frozen=True, kw_only=True):
    """The server can serve people. `reasons` are sentences about what makes it degraded."""

    status: Literal["ok", "degraded"]
    reasons: list[str]


class NotReady(Exception):
    """A part does not do its work; the text says why, without addresses or secrets."""


@bp.route("/live", methods=["GET", "HEAD"])
async def live(request: Request) -> HTTPResponse:
    """The process answers."""
    return envelope.ok(Answer())


class Readiness:
    """What was found last, by one look at a time for all who ask."""

    def __init__(self) -> None:
        self._found: Ready | Unavailable | None = None
        self._found_at = 0.0
        self._looking = asyncio.Lock()

    async def of(self, perch: Context) -> Ready | Unavailable:
        """The parts' state, at most KNOWN_FOR old."""
        async with self._looking:
            if self._found is None or time.monotonic() - self._found_at >= KNOWN_FOR:
                self._found = await look(perch)
                self._found_at = time.monotonic()
            return self._found


@bp.route("/ready", methods=["GET", "HEAD"])
async def ready(request: Request) -> HTTPResponse:
    """Whether a balancer should send people here: 200, or 503 with the name of the part that prevents it.

    With 200 it says `degraded` if Perch serves everybody but something is not as it should be.
    """
    found = await request.app.ctx.readiness.of(context(request))
    return envelope.failure(found) if isinstance(found, Unavailable) else envelope.ok(found)


async def look(perch: Context) -> Ready | Unavailable:
    """Ask every part. Without Redis all people are served: it is a reason for `degraded`."""
    reasons = []
    for name, check in PARTS.items():
        try:
            async with asyncio.timeout(PATIENCE):
                await check(perch)
        except NotReady as error:
            return Unavailable(f"{name}: {error}")
        except Exception as error:  # whatever it is, the answer is that the part does not answer
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
