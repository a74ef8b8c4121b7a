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
    """Look after pictures."""


@media_group.command("check")
@click.option("--repair", is_flag=True, help="Remove objects that no row has known for MEDIA_GRACE_DAYS.")
@click.option(
    "--read", "read_all", is_flag=True, help="Read every object and check its hash, not only its size."
)
@json_option
def media_check_command(repair: bool, read_all: bool, as_json: bool) -> None:
    """Compare pictures' rows with the objects in storage. Ends with 1 where some are missing or damaged.

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
    """Bring missing and damaged pictures back from their second copies (BACKUP_MEDIA).

    Ends with 1 where some have no copy.

    \b
    Example:
      perch media restore
    """

    async def work(workshop: Workshop) -> tuple[list[str], list[str]]:
        if workshop.copies is None:
            raise click.ClickException("BACKUP_MEDIA is off: there are no copies to bring back")
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
        click.echo(f"{len(back)} objects of pictures are back from their copies, {len(lost)} are not")
    if lost:
        sys.exit(FAILED)


async def examine(settings: Settings, **options: Any) -> Report:
    """With a store of its own and a bar."""
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
