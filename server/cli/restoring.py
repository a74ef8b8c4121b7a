"""`perch restore`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import click
import msgspec
import uvloop
from asyncpg.exceptions import InvalidCatalogNameError, PostgresError, UndefinedTableError
from tortoise.exceptions import DBConnectionError, OperationalError

import storage
from config import logging as lines
from config.settings import Settings
from server.cli import owner
from server.cli.after_restore import (
    brought_back,
    left_since,
    missing_pictures,
    tell_restored,
    tell_what_is_left,
)
from server.cli.command import (
    identity_option,
    json_option,
    manifest_of,
    print_json,
    progress,
    read_identity,
    reasons,
    settings_for_command,
)
from server.core.database import own_server
from server.core.database.connection import database
from server.core.security.keyring import Keyring
from server.operations import ownership, recovery_kit, server_key, server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.errors import DumpDamaged
from server.operations.dumps.manifest import Manifest, decode, is_signed
from server.operations.server_key import ServerKey
from server.processes import for_commands
from storage.base import ObjectStore
from storage.files import chunks_of
from storage.owned import Standing
from tasks.dumps.postgres import connected
from tasks.dumps.restore import Restored, Source, from_file
from tasks.dumps.restore import restore as restore_dump
from tasks.dumps.trust import Accepted
from tasks.dumps.verifying import fetched


@click.command()
@click.argument("source", metavar="ID|FILE")
@click.option(
    "--force", is_flag=True, help="Replace a database with data in it, which is kept under another name."
)
@click.option("--into", metavar="DBNAME", help="Restore into another database on the same server.")
@click.option(
    "--rehearse",
    is_flag=True,
    help="Only a rehearsal: this Perch will read the stores and change nothing in them.",
)
@click.option(
    "--take-over", is_flag=True, help="Make this Perch the owner of the stores, in place of the current one."
)
@click.option(
    "--kit",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Recovery kit of the Perch that made the dump (`perch recovery-kit`).",
)
@identity_option
@click.option(
    "--accept-unsigned", is_flag=True, help="Restore a dump even if it isn't signed with a key known here."
)
@click.option(
    "--accept-unencrypted",
    is_flag=True,
    help="Restore an unencrypted dump even if DUMP_AGE_RECIPIENT is set.",
)
@click.option("--yes", is_flag=True, help="Don't ask for confirmation of --take-over.")
@json_option
def restore(
    source: str,
    force: bool,
    into: str | None,
    rehearse: bool,
    take_over: bool,
    kit: Path | None,
    identity: Path | None,
    accept_unsigned: bool,
    accept_unencrypted: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Restore a dump by its ID or from a FILE.

    A FILE is a dump that you fetched, or one made with `pg_dump -Fc`. The dump is restored next to the
    current database and then takes its place by renaming. Running processes reconnect automatically.
    `latest` is the newest dump.

    On another machine, the stored pictures and dumps still belong to the Perch they came from. Use --rehearse
    while that one is running, and --take-over if it is gone for good; it asks first. Perch restores only
    dumps signed by itself or by the Perch whose recovery kit you give. For any other dump that you trust,
    use --accept-unsigned.

    \b
    Examples:
      perch restore latest --kit kit.txt --take-over
      perch restore latest --kit kit.txt --rehearse
      perch restore hour-20261124T180500Z-5f3a1c --force
      perch restore perch.dump.zst --into perch_to_look_at --accept-unsigned
    """
    if sum((rehearse, take_over, into is not None)) > 1:
        raise click.UsageError("use only one of --into, --rehearse and --take-over")
    settings, secret = settings_for_command(), read_identity(identity)
    given = read_kit(kit) if kit else []

    async def run() -> Restored:
        store = storage.for_backups(settings)
        await store.open()
        try:
            keys = server_keys.joined(given, await keys_there(settings))
            async with chosen_source(source, settings, store, server_keys.keyring_of(keys)) as found:
                length = found.manifest.stored_bytes if found.manifest else Path(source).stat().st_size
                with progress("restoring", length) as show:
                    return await restore_dump(
                        found,
                        settings,
                        force=force,
                        into=into,
                        rehearse=rehearse,
                        identity=secret,
                        accepted=Accepted(unsigned=accept_unsigned, unencrypted=accept_unencrypted),
                        keys=keys,
                        on_progress=show,
                        say=lambda text: click.echo(lines.printable(text), err=True),
                    )
        finally:
            await store.close()

    with for_commands.database_for_command(settings, begins=True), reasons(settings):
        if settings.embedded_database:
            uvloop.run(own_server.separate_roles(settings.database))
        owned = [] if into or rehearse else uvloop.run(owned_stores(settings))
        if take_over and not yes and (theirs := uvloop.run(owner.others(settings, owned))):
            owner.confirm_taking_over(theirs)
        done = uvloop.run(run())
        others = [] if into or rehearse else uvloop.run(handed_over(settings, owned, everything=take_over))
        if not as_json:
            tell_restored(done)
        missing = [] if into else uvloop.run(missing_pictures(settings))
        back = [] if rehearse else uvloop.run(brought_back(missing, settings))
        missing = [key for key in missing if key not in set(back)]
        left = uvloop.run(left_since(done, settings)) if done.kept else []
    if as_json:
        told = {"missing_pictures": missing, "from_copies": back, "left_since": left, "not_ours": others}
        print_json({**msgspec.to_builtins(done), **told})
        return
    tell_what_is_left(done, settings, others=others, left=left, back=back, missing=missing)
    if rehearse:
        click.echo("This Perch is a rehearsal: it only reads the stores, and refuses uploads.")


def read_kit(file: Path) -> list[ServerKey]:
    """The keys of a recovery kit."""
    try:
        return recovery_kit.read(file.read_text(errors="replace"))
    except recovery_kit.KitDamaged as error:
        raise click.ClickException(f"{file}: {error}") from None


async def keys_there(settings: Settings) -> list[ServerKey]:
    """The server's keys in the database that is replaced; none if there is none, or it is older.

    Raises ClickException if it cannot be read: without its keys, no dump would count as signed.
    """
    with suppress(InvalidCatalogNameError, UndefinedTableError):
        async with connected(settings.database) as before:
            return await server_key.listed(before.fetch)
    return []


async def owned_stores(settings: Settings) -> list[str]:
    """The stores that belong to the database that is replaced; none if there is no database yet."""
    try:
        async with database(settings, name="perch restore"), owner.opened(settings) as stores:
            return [name for name, of in stores.items() if await of.is_ours()]
    except (PostgresError, OperationalError, DBConnectionError):
        return []


async def handed_over(settings: Settings, owned: Sequence[str], *, everything: bool) -> list[str]:
    """Make the restored data the owner of these stores, or of all; return those that stay another's."""
    async with database(settings, name="perch restore"), owner.opened(settings) as stores:
        await owner.take_over(settings, owned, on_record=False)  # the restore itself is recorded
        await ownership.has_succeeded()
        if everything:
            await owner.take_over(settings, [name for name in stores if name not in owned])
        return [name for name, of in stores.items() if await of.standing() is not Standing.OWNER]


@asynccontextmanager
async def chosen_source(
    source: str, settings: Settings, store: ObjectStore, keyring: Keyring
) -> AsyncIterator[Source]:
    """A file, or a dump from the catalogue, open for reading during the block."""
    path = Path(source)
    if path.is_file():
        yield await asyncio.to_thread(source_of_file, path, keyring)
        return
    found = await catalogue.read(store, settings, keyring)
    if not found.dumps:
        raise click.ClickException(f"{source} isn't a file, and the backup store has no dumps")
    chosen = found.find(source)
    if source == catalogue.LATEST:
        begun = chosen.manifest.started_at
        for newer in (dump for dump in found.dumps if dump.manifest.started_at > begun):
            click.echo(f"skipped {newer.id}: {passed_over(newer)}", err=True)
    if chosen.trouble:
        raise DumpDamaged(f"the dump {chosen.id}: {chosen.trouble}")
    async with fetched(chosen, store, settings.scratch_folder) as file:
        yield Source(chosen.id, chunks_of(file), chosen.manifest, chosen.is_signed)


def passed_over(dump: catalogue.Dump) -> str:
    """Why this dump is not the latest."""
    if dump.trouble:
        return dump.trouble
    return "it is dated in the future" if dump.is_of_the_future else "it isn't signed with a key known here"


def source_of_file(path: Path, keyring: Keyring) -> Source:
    """A file as a source, with the manifest next to it, if there is one."""
    beside = manifest_of(path)
    if not beside.is_file():
        return from_file(path, None, is_signed=False)
    text = beside.read_bytes()
    manifest = decode(text, Manifest)
    return from_file(path, manifest, is_signed=is_signed(text, manifest, keyring))


COMMANDS = (restore,)
