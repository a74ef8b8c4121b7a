"""What follows `perch restore`: its messages, missing and recovered pictures, and users to delete again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click
from asyncpg.exceptions import PostgresError

from config import logging as lines
from config.settings import Settings
from server.cli import media
from server.cli.command import cell
from server.core.database.connection import database
from storage.base import StorageUnavailable
from tasks.broker import create_broker
from tasks.dumps.postgres import connected
from tasks.dumps.restore import Restored
from tasks.jobs import QueuedJobs
from tasks.media_copies import bring_back
from tasks.workshop import opened

# Includes users who can still keep their account: it was hidden, and is visible again.
DELETED = """
    SELECT hash FROM retired_handles
    UNION SELECT sha256(convert_to(handle, 'UTF8')) FROM users WHERE deleted_at IS NOT NULL
"""


def tell_restored(done: Restored) -> None:
    """Print what was done, for people."""
    click.echo(f"restored {done.rows} rows into {done.database}")
    if done.migrated:
        click.echo(f"migrated to this version: {', '.join(done.migrated)}")
    if done.kept:
        click.echo(f"the previous database is kept until you run: perch kept drop {done.kept}")
    if done.acts:
        click.echo(
            "What administrators did after the dump is still in the audit log, but no longer in effect:"
        )
        for act in done.acts:
            what = f"{act.act} {act.user or ''} {act.subject or ''} {cell(act.details)}"
            click.echo(lines.printable(f"  {act.at:%Y-%m-%d %H:%M:%S} {' '.join(what.split())}"))
    elif done.acts is None:
        click.echo("the previous database's audit log could not be carried over into the restored one")


def tell_what_is_left(
    done: Restored,
    settings: Settings,
    *,
    others: Sequence[str],
    left: Sequence[str],
    back: Sequence[str],
    missing: Sequence[str],
) -> None:
    """Print what the operator now has to know or do.

    Args:
        others: the stores that belong to another Perch.
        left: the handles of users who were deleted since the dump.
        back: the objects of pictures that were restored from their copies.
        missing: the objects of pictures that are missing.
    """
    if others:
        click.echo(
            f"The stored {' and '.join(others)} belong to another Perch, so this one removes none and makes "
            "no dumps. If the other one is gone for good, run: perch owner take-over"
        )
    if done.recipient and done.recipient != settings.dump_age_recipient:
        click.echo(
            lines.printable(
                f"The dumps of this Perch were encrypted. Put DUMP_AGE_RECIPIENT={done.recipient} in .env."
            )
        )
    if done.database == settings.database.database:
        click.echo(
            "Keys, invitations and suspensions are as they were when the dump was made. If you have revoked "
            "or suspended anything since, do it again."
        )
    if left:
        click.echo(
            "These users were deleted after the dump and are now back, with their keys. Delete them again:"
        )
        for handle in left:
            click.echo(lines.printable(f"  perch users delete {shlex.quote(handle)}"))
    if back:
        click.echo(f"restored {len(back)} picture objects from their copies")
    if missing:
        click.echo(
            f"{len(missing)} picture objects are missing from storage (`perch media check` lists them all):"
        )
        for key in missing[:10]:
            click.echo(f"  {key}")
        click.echo("Pictures that people deleted after the dump was made are among them.")
        if not settings.backup_media:
            click.echo(
                "If the lost server kept copies of pictures, put its BACKUP_MEDIA settings in .env and run: "
                "perch media restore"
            )


async def missing_pictures(settings: Settings) -> list[str]:
    """The objects that the restored rows lack."""
    async with database(settings, name="perch restore"):
        return list((await media.examine(settings)).missing)


async def brought_back(missing: Sequence[str], settings: Settings) -> list[str]:
    """Restore objects from second copies; return their keys: none without BACKUP_MEDIA or readable copies."""
    if not missing or not settings.backup_media:
        return []
    broker = create_broker(settings.redis_tasks)
    async with opened(settings, QueuedJobs(broker, quiet=True)) as workshop:
        try:
            return await bring_back(missing, workshop)
        except StorageUnavailable as error:
            click.echo(lines.redact(f"can't read the copies of pictures: {error}"), err=True)
            return []


async def left_since(done: Restored, settings: Settings) -> list[str]:
    """The handles of users who were deleted in the previous database and now exist again.

    An empty list if that database cannot be read.
    """
    if done.kept is None:
        return []
    with suppress(PostgresError):
        async with (
            connected(settings.database, done.kept) as before,
            connected(settings.database, done.database) as now,
        ):
            return await back_again(before, now)
    return []


async def back_again(before: Any, now: Any) -> list[str]:
    """The users who are deleted according to `before`, and who exist in `now`."""
    if not await before.fetchval("SELECT to_regclass('retired_handles')"):
        return []
    hashes = [record["hash"] for record in await before.fetch(DELETED)]
    found = await now.fetch(
        "SELECT handle FROM users WHERE sha256(convert_to(handle, 'UTF8')) = ANY($1) AND deleted_at IS NULL "
        "ORDER BY 1",
        hashes,
    )
    return [record["handle"] for record in found]
