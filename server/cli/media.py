"""`perch media`."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click
import msgspec

import storage
from config.settings import Settings
from server.cli.command import json_option, print_json, progress, with_database, with_workshop
from server.cli.exit_codes import FAILED
from tasks import media_check, media_copies
from tasks.media_check import Report
from tasks.workshop import Workshop, owned_pictures


@click.group("media")
def media_group() -> None:
    """Check and restore stored pictures."""


@media_group.command("check")
@click.option("--repair", is_flag=True, help="Remove objects that have had no row for MEDIA_GRACE_DAYS.")
@click.option(
    "--read", "read_all", is_flag=True, help="Read every object and check its hash, not just its size."
)
@json_option
def media_check_command(repair: bool, read_all: bool, as_json: bool) -> None:
    """Compare the rows of pictures with the stored objects. Exits with 1 if any are missing or damaged.

    \b
    Example:
      perch media check --read --json
    """
    settings = Settings.load()
    report = with_database(lambda: examine(settings, repair=repair, read_all=read_all))
    if as_json:
        print_json(msgspec.to_builtins(report))
    else:
        for word in ("missing", "damaged", "orphaned"):
            for key in getattr(report, word):
                click.echo(f"{word:<9} {key}")
        click.echo(
            f"{report.pictures} pictures, {report.objects} objects: {len(report.missing)} missing, "
            f"{len(report.damaged)} damaged, {len(report.orphaned)} orphaned ({len(report.new)} new), "
            f"{report.removed} removed"
        )
    if not report.is_well:
        sys.exit(FAILED)


@media_group.command("restore")
@json_option
def media_restore(as_json: bool) -> None:
    """Restore missing and damaged pictures from their copies (BACKUP_MEDIA).

    Exits with 1 if any have no copy.

    \b
    Example:
      perch media restore
    """

    async def work(workshop: Workshop) -> tuple[list[str], list[str]]:
        if workshop.copies is None:
            raise click.ClickException("BACKUP_MEDIA is off, so there are no copies to restore from")
        report = await examine(workshop.settings, read_all=True)
        wanted = [*report.missing, *report.damaged]
        back = await media_copies.bring_back(wanted, workshop)
        return back, [key for key in wanted if key not in set(back)]

    back, lost = with_workshop(work)
    if as_json:
        print_json({"restored": back, "lost": lost})
    else:
        for key in lost:
            click.echo(f"lost      {key}")
        click.echo(f"restored {len(back)} picture objects from their copies, {len(lost)} are lost")
    if lost:
        sys.exit(FAILED)


async def examine(settings: Settings, **options: Any) -> Report:
    """Check the pictures, with a store of its own and a progress bar."""
    store = owned_pictures(storage.for_pictures(settings), settings)
    await store.open()
    try:
        with progress("checking", None) as show:
            return await media_check.check(
                store,
                settings.s3_tweets_media_folder,
                grace=timedelta(days=settings.media_grace_days),
                on_progress=lambda done, _all: show(done),
                **options,
            )
    finally:
        await store.close()


COMMANDS = (media_group,)
