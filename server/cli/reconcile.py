"""`perch reconcile`."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from server.cli.command import json_option, print_json, progress, with_workshop
from server.cli.exit_codes import FAILED
from server.operations import runs
from server.operations.runs import Claim
from server.operations.scheduled_run import RunKind
from tasks.reconcile import Findings, reconcile, told
from tasks.runs import carry_out
from tasks.workshop import Workshop


@click.command("reconcile")
@click.option("--dry-run", is_flag=True, help="Only show what is wrong.")
@json_option
def reconcile_command(dry_run: bool, as_json: bool) -> None:
    """Repair counters and stored pictures that don't match their rows.

    This also runs every day.

    Exits with 1 if it found anything, repaired or not. The server then counts as degraded until a later run
    finds nothing.

    \b
    Example:
      perch reconcile --dry-run --json
    """

    async def work(workshop: Workshop) -> Findings:
        with progress("comparing", None) as show:
            done = 0

            def on_progress(count: int) -> None:
                nonlocal done
                done += count
                show(done)

            if dry_run:
                return await reconcile(workshop, repair=False, on_progress=on_progress)
            claim = await runs.start_manually(RunKind.RECONCILE)
            if claim is None:
                raise click.ClickException(
                    "a reconciliation is already in progress; `perch runs list` shows it"
                )
            found: list[Findings] = []

            async def run(_claim: Claim, workshop: Workshop) -> dict[str, Any]:
                found.append(await reconcile(workshop, on_progress=on_progress))
                return told(found[0])

            await carry_out(claim, workshop, run)
            if not found:
                raise click.ClickException((await runs.get(claim.id)).error or "the run was abandoned")
            return found[0]

    findings = with_workshop(work)
    if as_json:
        print_json(msgspec.to_builtins(findings))
    else:
        for name, what in findings.found.items():
            for item in what:
                click.echo(f"{name.replace('_', ' '):<20} {item}")
        click.echo(
            f"{findings.tweets} tweets, {findings.users} users, {findings.pictures} pictures: "
            f"{sum(len(what) for what in findings.found.values())} found"
        )
    if findings.found:
        sys.exit(FAILED)


COMMANDS = (reconcile_command,)
