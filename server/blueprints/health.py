"""Whether the process answers, and whether all that it needs does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from server.context import Context
from server.domain import condition
from server.domain.errors import Unavailable
from server.domain.slots import Timetable
from server.http import envelope
from server.http.envelope import Answer
from server.http.guards import context
from server.models import migrate
from server.models.connection import row

log = logging.getLogger(__name__)

bp = Blueprint("health", url_prefix="/health")

# A part that takes longer than this does not answer. Seconds.
PATIENCE = 3


class Ready(Answer, frozen=True, kw_only=True):
    """All parts answer. `reasons` are sentences about what makes it degraded."""

    status: Literal["ok", "degraded"]
    reasons: list[str]


class NotReady(Exception):
    """A part does not do its work; the text says why, without addresses or secrets."""


@bp.route("/live", methods=["GET", "HEAD"])
async def live(request: Request) -> HTTPResponse:
    """The process answers."""
    return envelope.ok(Answer())


@bp.route("/ready", methods=["GET", "HEAD"])
async def ready(request: Request) -> HTTPResponse:
    """Database, migrations, Redis and storage answer; else 503 with the name of the first that does not.

    With 200 it says `degraded` where Perch serves everybody and does not look after itself as it should.
    """
    perch = context(request)
    for name, check in PARTS.items():
        try:
            async with asyncio.timeout(PATIENCE):
                await check(perch)
        except NotReady as error:
            return envelope.failure(Unavailable(f"{name}: {error}"))
        except Exception as error:  # whatever it is, the answer is that the part does not answer
            log.warning("not ready: %s: %s: %s", name, type(error).__name__, error)
            return envelope.failure(Unavailable(f"{name} does not answer."))
    found = await condition.troubles(Timetable.of(perch.settings), perch.jobs)
    reasons = [trouble.sentence for trouble in found]
    return envelope.ok(Ready(status="degraded" if reasons else "ok", reasons=reasons))


async def check_database(_: Context) -> None:
    await row("SELECT 1")


async def check_migrations(_: Context) -> None:
    if missing := await migrate.missing():
        raise NotReady(f"{len(missing)} migrations are not applied; `perch migrate` does that.")


async def check_redis(perch: Context) -> None:
    await perch.redis.ping()


async def check_storage(perch: Context) -> None:
    await perch.store.check()


PARTS: dict[str, Callable[[Context], Awaitable[None]]] = {
    "database": check_database,
    "migrations": check_migrations,
    "redis": check_redis,
    "storage": check_storage,
}
