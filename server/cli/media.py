"""`perch media`."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click
import msgspec

import storage
from config.settings import Settings
from server.cli.command import json_option, print_json, progress, with_database
from server.cli.exit_codes import FAILED
from tasks import media_check
from tasks.media_check import Report
from tasks.workshop import owned_pictures


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
