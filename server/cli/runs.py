"""`perch runs`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from server.cli.command import json_option, print_json, table, with_workshop
from server.cli.exit_codes import FAILED
from server.operations import runs
from server.operations.scheduled_run import RunKind, ScheduledRun
from tasks.runs import carry_out
from tasks.workshop import Workshop

KINDS = [str(kind) for kind in RunKind]


@click.group("runs")
def runs_group() -> None:
    """List and start scheduled runs.

    These are dumps, restore tests, log shipping, retention and reconciliation.
    """


@runs_group.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only runs of this kind.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="List at most this many."
)
@json_option
def list_runs(kind: str | None, limit: int, as_json: bool) -> None:
    """List runs, newest first.

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
    """Start a run now, in this process. Exits with 1 if it fails.

    \b
    Example:
      perch runs start retention
    """

    async def work(workshop: Workshop) -> ScheduledRun:
        claim = await runs.start_manually(RunKind(kind))
        if claim is None:
            raise click.ClickException("a conflicting run is in progress; `perch runs list` shows it")
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
    """A run's result in one line."""
    return None if result is None else " ".join(f"{name}={value}" for name, value in result.items())


COMMANDS = (runs_group,)
