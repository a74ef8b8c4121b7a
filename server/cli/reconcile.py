"""`perch reconcile`."""

from __future__ import annotations

import sys

import click
import msgspec

from server.cli.command import FAILED, json_option, print_json, progress, with_workshop
from tasks.reconcile import Findings, reconcile
from tasks.workshop import Workshop


@click.command("reconcile")
@click.option("--dry-run", is_flag=True, help="Only say what is wrong.")
@json_option
def reconcile_command(dry_run: bool, as_json: bool) -> None:
    """Hold counters and stored pictures against their rows, and mend what differs. It runs by itself daily.

    Ends with 1 where something was found, mended or not.

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

            return await reconcile(workshop, repair=not dry_run, on_progress=on_progress)

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
