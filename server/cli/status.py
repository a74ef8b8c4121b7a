"""`perch status`: the state of Perch, whatever parts of it are unavailable."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
from redis.exceptions import RedisError, ResponseError

from config import logging as lines
from config import redis_clients
from config.settings import Settings
from server.cli import manifests
from server.cli.command import json_option, print_json, size, table, with_workshop
from server.cli.exit_codes import FAILED
from server.core.database.connection import only_reads
from server.core.live import hub
from server.operations import condition, queues, runs, server_keys
from server.operations.condition import words
from server.operations.dumps import catalogue
from server.operations.scheduled_run import RunKind
from server.processes import lock
from server.processes.valkey import set_aside
from storage.base import StorageError
from storage.owned import Standing
from tasks import copied_pictures, storage_listed
from tasks.dumps import kept_databases
from tasks.dumps.postgres import connected
from tasks.dumps.retention import newest_proven, proven_dumps
from tasks.workshop import Workshop

# What Redis reports if no process is running.
NOBODY = {"waiting": 0, "running": 0, "dead": 0, "workers": 0, "scheduler": False}


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show health, processes, queue, runs, dumps and storage.

    Of the dumps, it shows only the newest proven one (the newest that passed a restore test). Exits with 1 if
    anything is wrong.

    \b
    Example:
      perch status --json | jq .proven
    """
    found = with_workshop(describe)
    if as_json:
        print_json(found)
    else:
        for name, value in told(found):
            click.echo(f"{name:<9} {value}")
        click.echo()
        table(found["runs"], False)
    if found["degraded"]:
        sys.exit(FAILED)


def told(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The lines to print for people."""
    yield "health", lines.printable("; ".join(found["degraded"]) or "ok")
    yield "running", running(found["web"], found["queue"])
    if waiting := found["queue"]:
        yield (
            "queue",
            f"{waiting['waiting']} waiting, {waiting['running']} running, {waiting['dead']} failed",
        )
    else:
        yield "queue", "Redis doesn't respond"
    if copies := found["copies"]:
        oldest = f" (the oldest for {copies['behind']})" if copies["waiting"] else ""
        empty = f"{copies['to_empty']} copies of deleted pictures still to be emptied"
        yield "copies", f"{copies['waiting']} pictures waiting to be copied{oldest}; {empty}"
    if proven := found["proven"]:
        yield "proven", f"{proven['id']}, {proven['age']} old"
    elif found["storage"] is None:
        yield "proven", "unknown"
    else:
        yield "proven", "none yet; `perch dump drill` proves the newest"
    for name, used in (found["storage"] or {}).items():
        yield "stored", f"{name:<12} {size(used['bytes']):>10} in {used['objects']} objects"
    if found["storage"] is None:
        yield "stored", "unknown"
    for database in found["kept"]:
        name, bytes_ = database["name"], database["bytes"]
        holds = "" if bytes_ is None else f", {size(bytes_)}"
        yield "kept", f"{name}{holds}, left by a restore; `perch kept drop` drops it"
    for folder in found["set_aside"]:
        yield "kept", f"{folder}, which Valkey couldn't read; delete it once nobody needs it"


async def copies_behind(settings: Settings, now: datetime) -> dict[str, Any] | None:
    """How far behind the second copies of pictures are; None without BACKUP_MEDIA."""
    if not settings.backup_media:
        return None
    waiting = await copied_pictures.waiting()
    return {
        "waiting": waiting.pictures,
        "behind": words(now - waiting.since) if waiting.since else None,
        "to_empty": waiting.to_empty,
    }


async def describe(workshop: Workshop) -> dict[str, Any]:
    """The whole state, for scripts and people alike."""
    now, timetable, settings = datetime.now(UTC), workshop.timetable, workshop.settings
    found = await condition.troubles(timetable, workshop.jobs) + await condition.of_disks(settings)
    troubles = [trouble.told for trouble in found]
    if await only_reads():
        troubles.append("the database is read-only")
    web, (waiting, refusal) = await hub.connected(), await queue(settings)
    if waiting is None and settings.embedded_redis and lock.is_free(settings.data_folder):
        waiting = NOBODY  # `perch up`, which would start our Redis, isn't running
    troubles += away(web, waiting)
    if refusal is not None:
        troubles.append(refusal)
    proven, storage = None, None
    try:
        troubles += await not_ours(workshop)
        stored = await catalogue.read(workshop.backups, settings, await server_keys.keyring())
        troubles += [*manifests.damaged(stored), *await manifests.missing(stored)]
        troubles += manifests.unencrypted(stored, settings)
        proven = newest_proven(stored) or proven_dumps(stored)
        storage = await storage_listed.listed(workshop)
    except (StorageError, OSError) as error:
        troubles.append(lines.redact(f"storage doesn't respond: {error}"))
    async with connected(settings.database) as connection:
        left = await kept_databases.listed(connection, settings.database.database)
    latest = [(kind, await runs.listed(kind, limit=1)) for kind in RunKind]
    return {
        "degraded": troubles,
        "web": web,
        "queue": waiting,
        "proven": {
            "id": proven[0].id,
            "slot": proven[0].manifest.slot.isoformat(),
            "age": words(now - proven[0].manifest.slot),
        }
        if proven
        else None,
        "copies": await copies_behind(settings, now),
        "storage": None
        if storage is None
        else {kind: {"objects": used.objects, "bytes": used.bytes} for kind, used in storage.items()},
        "kept": [
            {"name": database.name, "since": database.since.isoformat(), "bytes": database.bytes}
            for database in left
        ],
        "set_aside": [str(folder) for folder in set_aside(settings.data_folder)],
        "runs": [
            {
                "kind": str(kind),
                "last": last[0].slot.isoformat(timespec="minutes") if last else None,
                "state": str(last[0].state) if last else None,
                "next": timetable.next(kind, now).isoformat(timespec="minutes"),
                "why": last[0].error if last else None,
            }
            for kind, last in latest
        ],
    }


async def not_ours(workshop: Workshop) -> list[str]:
    """Words for each store that belongs to another Perch."""
    stores = {"pictures": workshop.store, "dumps": workshop.backups}
    standings = {name: await store.standing() for name, store in stores.items()}
    words = "the store of {} belongs to another Perch: this one removes nothing there (`perch owner show`)"
    return [words.format(name) for name, standing in standings.items() if standing is Standing.GUEST]


async def queue(settings: Settings) -> tuple[dict[str, int] | None, str | None]:
    """The numbers of waiting, running and dead messages, and of live workers; None if Redis is away.

    The second value says why Redis takes no writes, if it responds but doesn't take any.
    """
    refusal = None
    try:
        async with redis_clients.client(settings.redis_tasks) as redis:
            found = await queues.read(redis)
            try:
                await queues.try_to_write(redis)
            except ResponseError as error:
                refusal = lines.redact(f"Redis refuses writes: {error}")
    except (RedisError, OSError):
        return None, None
    counts = {
        "waiting": found.waiting,
        "running": found.running,
        "dead": found.dead_letters,
        "workers": found.workers,
        "scheduler": found.scheduler,
    }
    return counts, refusal


def away(web: int, waiting: dict[str, int] | None) -> list[str]:
    """Words for what isn't running; `waiting` is None if Redis does not respond."""
    found = [] if web else ["no web process is running"]
    if waiting is None:
        return [*found, "Redis doesn't respond"]
    if not waiting["workers"]:
        found.append("no worker is running")
    if not waiting["scheduler"]:
        found.append("no scheduler is running")
    return found


def running(web: int, waiting: dict[str, int] | None) -> str:
    """Words for the running processes."""
    if waiting is None:
        return f"{web} web, the rest unknown"
    workers, scheduler = waiting["workers"], waiting["scheduler"]
    if not (web or workers or scheduler):
        return "nothing; `perch up` starts everything"
    return f"{web} web, {workers} worker{'' if workers == 1 else 's'}, {'a' if scheduler else 'no'} scheduler"


COMMANDS = (status,)
