"""`perch import`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec

from config.database_address import DatabaseAddress, WrongAddress
from config.settings import Settings
from config.values import is_web_address
from server.cli.command import cell, json_option, print_json, progress, table, with_workshop
from server.importing import moving
from server.importing.account import PLACES, Account, Count
from server.importing.errors import ImportRefused
from server.importing.files import FilesInBucket, FilesInFolder, NoFiles, PictureFiles
from server.importing.moving import Wanted
from server.importing.pictures import Means
from storage.s3 import Bucket, S3Store
from tasks.workshop import Workshop

# How many rows are named for each reason on a terminal; JSON names all.
NAMED = 20


class Zone(click.ParamType[ZoneInfo]):
    """The name of a time zone."""

    name = "zone"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:
        """See `click.ParamType.convert`."""
        try:
            return ZoneInfo(value)
        except (OSError, ValueError, ZoneInfoNotFoundError):
            self.fail("must be the name of a time zone, such as Europe/Moscow", param, ctx)


@click.group("import")
def import_group() -> None:
    """Import the data of another server.

    \b
    Example:
      perch import first --database-url postgresql://… --media-folder old_pictures --dry-run
    """


@import_group.command("first")
@click.option("--database-url", required=True, metavar="URL", help="The old database. Perch only reads it.")
@click.option(
    "--media-folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the old pictures, copied from the bucket.",
)
@click.option("--s3-url", metavar="URL", help="Or: address of the old S3 server (use with --s3-bucket).")
@click.option("--s3-bucket", metavar="NAME", help="Name of the old bucket (use with --s3-url).")
@click.option("--without-pictures", is_flag=True, help="Or: leave the pictures out.")
@click.option(
    "--timezone", type=Zone(), default="UTC", show_default=True, help="Time zone of the old server's clock."
)
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@json_option
def first(
    database_url: str,
    media_folder: Path | None,
    s3_url: str | None,
    s3_bucket: str | None,
    without_pictures: bool,
    timezone: ZoneInfo,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import everything from the first implementation, with the same IDs and keys.

    This refuses a database in which other users have IDs that would be imported, so run it before you add the
    first user, with MODE=PROD. You can interrupt it and run it again: what is done stays done, and pictures
    whose files were missing are tried again. The settings S3_ACCESS_KEY and S3_SECRET_KEY open the old
    bucket. If URL has no password, Perch takes it from PGPASSWORD. docs/moving.md has all the steps.

    \b
    Example:
      MODE=PROD perch import first --database-url postgresql://twitter@localhost/twitter \\
          --media-folder old_pictures --timezone Europe/Moscow
    """
    try:
        address = DatabaseAddress.parse(database_url)
    except WrongAddress as error:
        raise click.UsageError(f"--database-url {error}") from None
    if (s3_url is None) != (s3_bucket is None):
        raise click.UsageError("--s3-url and --s3-bucket must be given together")
    if s3_url is not None and not is_web_address(s3_url):
        raise click.UsageError("--s3-url must be an address like https://host")
    if [media_folder is not None, s3_url is not None, without_pictures].count(True) != 1:
        raise click.UsageError(
            "give exactly one of --media-folder, --s3-url with --s3-bucket, or --without-pictures"
        )

    async def work(workshop: Workshop) -> Account:
        settings = workshop.settings
        settings.scratch_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        means = Means(workshop.store, workshop.jobs, settings.scratch_folder)
        async with opened_files(settings, media_folder, s3_url, s3_bucket) as files:
            limit = settings.media_max_bytes
            wanted = Wanted(address, files, timezone, limit, settings.demo, dry_run)
            try:
                return await moving.take_over(wanted, settings.database, means, progress)
            except ImportRefused as error:
                raise click.ClickException(str(error)) from None

    account = with_workshop(work, begins=True)
    if as_json:
        print_json(in_json(account))
    else:
        tell(account)


@asynccontextmanager
async def opened_files(
    settings: Settings, folder: Path | None, url: str | None, name: str | None
) -> AsyncIterator[PictureFiles]:
    """The source of the old pictures, open during the block."""
    if folder is not None:
        yield FilesInFolder(folder)
        return
    if url is None or name is None:
        yield NoFiles()
        return
    if settings.s3_access_key is None or settings.s3_secret_key is None:
        raise click.ClickException("--s3-url needs the settings S3_ACCESS_KEY and S3_SECRET_KEY")
    store = S3Store(Bucket(url, name, settings.s3_access_key, settings.s3_secret_key, settings.s3_region))
    await store.open()
    try:
        await store.check()
        yield FilesInBucket(store)
    finally:
        await store.close()


def in_json(account: Account) -> dict[str, Any]:
    """The whole report, for scripts."""
    return {
        "source": account.source,
        "dry_run": account.dry_run,
        "began_at": account.began_at,
        "finished_at": account.finished_at,
        "tables": {name: msgspec.to_builtins(count_of(account, name)) for name in PLACES},
        "pictures": account.pictures,
        "exceptions": [told._asdict() for told in account.exceptions],
        "notes": account.notes,
    }


def tell(account: Account) -> None:
    """Print the report, for people."""
    lines = []
    for name in PLACES:
        count = count_of(account, name)
        told = len({one.id for one in account.exceptions if one.table == name})
        lines.append({"table": name, "found": count.found, "taken over": count.taken, "told of": told})
    table(lines, as_json=False)
    for (where, reason), group in groupby(account.exceptions, key=lambda one: (one.table, one.reason)):
        ids = [one.id for one in group]
        more = f" and {len(ids) - NAMED} more (--json names all)" if len(ids) > NAMED else ""
        click.echo(f"{where}: {reason}: {'; '.join(ids[:NAMED])}{more}")
    for note in account.notes:
        click.echo(f"note: {note}")
    if account.pictures:
        states = ", ".join(f"{number} {state}" for state, number in account.pictures.items())
        click.echo(f"pictures of tweets: {states}")
    if account.dry_run:
        click.echo(f"nothing was written; this is what remains to be imported from {account.source}")
    else:
        click.echo(f"{account.source} has been imported; finished at {cell(account.finished_at)} UTC")


def count_of(account: Account, name: str) -> Count:
    """The count of a table's rows; zero if there were none."""
    return account.counts.get(name, Count())


COMMANDS = (import_group,)
