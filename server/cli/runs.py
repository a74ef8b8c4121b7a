"""`perch runs` and `perch status`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.cli.command import json_option, print_json, size, table, with_workshop
from server.cli.exit_codes import FAILED
from server.domain import condition, runs
from server.domain.condition import words
from server.models import RunKind, ScheduledRun
from server.realtime import hub
from tasks import queues, storage_used
from tasks.dumps import catalogue
from tasks.dumps.retention import newest_proven
from tasks.runs import carry_out
from tasks.workshop import Workshop

KINDS = [str(kind) for kind in RunKind]


@click.group("runs")
def runs_group() -> None:
    """Scheduled runs: dumps, drills, logs, retention."""


@runs_group.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Of this kind only.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many."
)
@json_option
def list_runs(kind: str | None, limit: int, as_json: bool) -> None:
    """List runs, the newest first.

    \b
    Example:
      perch runs list --kind dump_hour --json
    """

    async def work(_: Workshop) -> Sequence[ScheduledRun]:
        return await runs.listed(RunKind(kind) if kind else None, limit=limit)

    table([run_row(run, as_json) for run in with_workshop(work)], as_json)


@runs_group.command("start")
@click.argument("kind", type=click.Choice(KINDS))
@json_option
def start_run(kind: str, as_json: bool) -> None:
    """Do a run now and here, whoever else is up. Ends with 1 where it fails.

    \b
    Example:
      perch runs start retention
    """

    async def work(workshop: Workshop) -> ScheduledRun:
        claim = await runs.start_manually(RunKind(kind))
        if claim is None:
            raise click.ClickException(
                "one that would get into its way runs at this moment: `perch runs list`"
            )
        await carry_out(claim, workshop)
        return await runs.get(claim.id)

    run = with_workshop(work)
    if as_json:
        print_json(run_row(run, True))
    else:
        click.echo(f"{run.kind}: {run.state}, {run.error or told(run.result)}")
    if run.state != "done":
        sys.exit(FAILED)


def run_row(run: ScheduledRun, as_json: bool) -> dict[str, Any]:
    """A run's line."""
    took = run.ended_at - run.started_at if run.ended_at and run.started_at else None
    if not as_json:
        return {
            "kind": str(run.kind),
            "slot": run.slot,
            "state": str(run.state),
            "trigger": run.trigger,
            "attempt": run.attempt,
            "took": took,
            "what": run.error or told(run.result),
        }
    return {
        "id": run.id,
        "kind": run.kind,
        "slot": run.slot.isoformat(),
        "state": run.state,
        "trigger": run.trigger,
        "attempt": run.attempt,
        "started_at": run.started_at and run.started_at.isoformat(),
        "ended_at": run.ended_at and run.ended_at.isoformat(),
        "result": run.result,
        "error": run.error,
    }


def told(result: Any) -> str | None:
    """A result in a line."""
    return None if result is None else " ".join(f"{name}={value}" for name, value in result.items())


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Say how Perch is: health, processes, queue, runs, the newest proven dump, storage used.

    \b
    Example:
      perch status --json | jq .proven
    """
    found = with_workshop(describe)
    if as_json:
        print_json(found)
        return
    waiting = found["queue"]
    click.echo(f"health    {'; '.join(found['degraded']) or 'well'}")
    click.echo(f"running   {running(found['web'], waiting and waiting['workers'])}")
    click.echo(
        "queue     "
        + (
            f"{waiting['waiting']} waiting, {waiting['running']} running, {waiting['dead']} put aside"
            if waiting
            else "Redis does not answer"
        )
    )
    proven = found["proven"]
    click.echo(
        f"proven    {proven['id']}, {proven['age']} old"
        if proven
        else "proven    none yet: `perch dump drill` proves the newest"
    )
    for name, used in found["storage"].items():
        click.echo(f"stored    {name:<10} {size(used['bytes']):>10} in {used['objects']} objects")
    click.echo()
    table(found["runs"], False)


async def describe(workshop: Workshop) -> dict[str, Any]:
    """All of it, for scripts and people alike."""
    now, table_of = datetime.now(UTC), workshop.timetable
    dumps = await catalogue.read(workshop.backups, workshop.settings)
    proven = newest_proven(dumps)
    web, waiting = await hub.connected(), await queue(workshop)
    troubles = [trouble.told for trouble in await condition.troubles(table_of, workshop.jobs)]
    latest = [(kind, await runs.listed(kind, limit=1)) for kind in RunKind]
    return {
        "degraded": [*troubles, *away(web, None if waiting is None else waiting["workers"])],
        "web": web,
        "queue": waiting,
        "proven": {
            "id": proven[0].id,
            "slot": proven[0].manifest.slot.isoformat(),
            "age": words(now - proven[0].manifest.slot),
        }
        if proven
        else None,
        "storage": {
            kind: {"objects": used.objects, "bytes": used.bytes}
            for kind, used in (await storage_used.listed(workshop)).items()
        },
        "runs": [
            {
                "kind": str(kind),
                "last": last[0].slot.isoformat(timespec="minutes") if last else None,
                "state": str(last[0].state) if last else None,
                "next": table_of.next(kind, now).isoformat(timespec="minutes"),
            }
            for kind, last in latest
        ],
    }


async def queue(workshop: Workshop) -> dict[str, int] | None:
    """Messages waiting, in workers' hands, put aside, and living workers; None where Redis is away."""
    address = workshop.settings.redis_tasks
    try:
        async with Redis.from_url(address.url, **address.connect_arguments()) as redis:
            found = await queues.read(redis)
    except (RedisError, OSError):
        return None
    return {
        "waiting": found.waiting,
        "running": found.running,
        "dead": found.dead_letters,
        "workers": found.workers,
    }


def away(web: int, workers: int | None) -> list[str]:
    """What does not run, in words; `workers` None where Redis does not answer."""
    found = [] if web else ["no web process runs"]
    if workers is None:
        return [*found, "Redis does not answer"]
    return found if workers else [*found, "no worker runs"]


def running(web: int, workers: int | None) -> str:
    """Processes, in words."""
    if not web and not workers:
        return "nothing: `perch up` starts everything"
    return f"{web} web, {'unknown' if workers is None else workers} worker{'' if workers == 1 else 's'}"


COMMANDS = (runs_group, status)
