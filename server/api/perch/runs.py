"""Scheduled runs and dumps, for administrators."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

import storage
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.operation import operation
from server.api.perch.shapes import operations as wire
from server.context import Context
from server.core import audit
from server.core.audit import Act, Actor
from server.core.errors import DumpNotFound, RunUnderWay
from server.core.viewer import Viewer
from server.operations import runs, server_keys
from server.operations.dumps import catalogue, checks
from server.operations.scheduled_run import RunKind

bp = Blueprint("runs", url_prefix="/api/operations")

# The most runs in one response.
MOST = 500


class RunList(Answer, frozen=True, kw_only=True):
    """Runs, newest first."""

    runs: list[wire.Run]


class OneRun(Answer, frozen=True, kw_only=True):
    """A run."""

    run: wire.Run


class DumpList(Answer, frozen=True, kw_only=True):
    """Dumps, newest first, and manifests that can't be read, each with the reason."""

    dumps: list[wire.Dump]
    damaged: list[str]


class RunsQuery(msgspec.Struct, frozen=True):
    """Which runs to list."""

    kind: Annotated[RunKind | None, Meta(description="Default: runs of all kinds.")] = None
    limit: Annotated[int, Meta(ge=0, description=f"The most runs to return, {MOST} at most.")] = 50


@bp.get("/runs")
@operation(scope="admin", query=RunsQuery, answer=RunList)
async def list_runs(request: Request, viewer: Viewer, query: RunsQuery) -> RunList:
    """List scheduled runs, newest first."""
    return RunList(
        runs=[wire.run(row) for row in await runs.listed(query.kind, limit=min(query.limit, MOST))]
    )


@bp.post("/runs")
@operation(scope="admin", body=wire.NewRun, answer=OneRun, status=202, errors=(RunUnderWay,))
async def start_run(request: Request, viewer: Viewer, body: wire.NewRun) -> OneRun:
    """Have a worker start a run now. The run's row shows how it goes."""
    asked = await runs.ask(body.kind, Actor.of(viewer), context(request).jobs)
    return OneRun(run=wire.run(asked))


@bp.get("/dumps")
@operation(scope="admin", answer=DumpList)
async def list_dumps(request: Request, viewer: Viewer) -> DumpList:
    """List dumps, newest first."""
    perch = context(request)
    found = await stored_dumps(perch)
    dumps = catalogue.distinct(found.dumps)
    async with perch.queue() as redis:
        known = await checks.read(redis, [dump.id for dump in dumps])
    return DumpList(
        dumps=[dump_facts(dump, known.get(dump.id)) for dump in dumps],
        damaged=[f"{key}: {reason}" for key, reason in found.damaged],
    )


@bp.post("/dumps/<dump:str>/verification")
@operation(scope="admin", status=202, errors=(DumpNotFound,))
async def verify_dump(request: Request, viewer: Viewer, dump: str) -> Answer:
    """Have a worker read a whole dump and compare it with its manifest.

    The list of dumps shows the result. Asking again before that changes nothing.
    """
    perch = context(request)
    if all(stored.id != dump for stored in (await stored_dumps(perch)).dumps):
        raise DumpNotFound
    async with perch.queue() as redis:
        begins = await checks.begin(redis, dump)
    if begins:
        await audit.record(Actor.of(viewer), Act.DUMP_VERIFIED, dump=dump)
        await perch.jobs.send(checks.VERIFY, dump)
    return Answer()


async def stored_dumps(perch: Context) -> catalogue.Catalogue:
    """The catalogue of the backup store, which is opened per request, as such requests are rare."""
    backups = storage.for_backups(perch.settings)
    await backups.open()
    try:
        return await catalogue.read(backups, perch.settings, await server_keys.keyring())
    finally:
        await backups.close()


def dump_facts(dump: catalogue.Dump, check: checks.Check | None) -> wire.Dump:
    """The dump as responses show it."""
    manifest = dump.manifest
    return wire.Dump(
        id=dump.id,
        kind=manifest.kind,
        slot=manifest.slot,
        bytes=manifest.stored_bytes,
        database_bytes=manifest.database_bytes,
        seconds=manifest.seconds,
        encrypted=manifest.encryption is not None,
        signed=dump.is_signed,
        proven_at=dump.drill.drilled_at if dump.drill and dump.is_proven else None,
        trouble=dump.trouble,
        check=wire.DumpCheck(check.at, check.is_whole, check.words) if check else None,
    )
