"""Restoring: beside the database that is there, then swapped by renaming; what was there is kept."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
from asyncpg.exceptions import PostgresError
from tortoise.exceptions import BaseORMException

from config.addresses import DatabaseAddress
from config.programs import clients as installed_clients
from config.settings import Settings
from server.core.database import migrate
from server.core.database.locks import AdvisoryLock
from server.operations.dumps.errors import Busy, DumpDamaged, DumpFailed
from server.operations.dumps.manifest import Manifest
from server.operations.server_key import ServerKey
from storage.files import chunks_of
from tasks.dumps import pg_restore, space, trust
from tasks.dumps.confined import confined, hand_over
from tasks.dumps.drills import difference
from tasks.dumps.exchange import take_place
from tasks.dumps.handing_over import Carried
from tasks.dumps.kept_databases import MAINTENANCE, mark, new_name
from tasks.dumps.postgres import TABLES, connected, count_rows, quoted
from tasks.dumps.scratch import NAME_LENGTH, drop
from tasks.dumps.settling import acts_since, record, settle
from tasks.dumps.trust import Accepted
from tasks.dumps.verifying import digest

log = logging.getLogger(__name__)

# A name that nobody else uses, for the database while it is restored; and the role that restores into it.
UNFINISHED = "restoring_"
ROLE = "perch_restore"

# Names for `--into`, with room for what is put before and behind them; and those that PostgreSQL itself
# needs.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
RESERVED = ("postgres", "template0", "template1")

NOTHING_ACCEPTED = Accepted()

# People, or what they wrote; the demo users of a fresh server do not count.
HOLDS_SOMETHING = "SELECT EXISTS (SELECT 1 FROM users WHERE NOT demo) OR EXISTS (SELECT 1 FROM tweets)"


@dataclass(frozen=True, slots=True)
class Source:
    """A dump's stored bytes, which were held against its manifest, where there is one.

    `is_signed` says whether a key that counts signed the manifest.
    """

    name: str
    body: AsyncIterator[bytes]
    manifest: Manifest | None
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. `kept` is the name of the database that was there before.

    `acts` of administrators were done in it since the dump: they are on record, and not in effect any more;
    None where they are not on record, as it is another Perch's or cannot be read. `recipient` is to whom the
    dump was encrypted.
    """

    database: str
    rows: int
    migrated: list[str]
    kept: str | None
    acts: list[Carried] | None
    recipient: str | None = None


def from_file(path: Path, manifest: Manifest | None, *, is_signed: bool) -> Source:
    """A dump that was fetched, or any archive of `pg_dump -Fc`. Raises DumpDamaged."""
    if manifest is not None and digest(path) != (manifest.sha256, manifest.stored_bytes):
        raise DumpDamaged(f"{path} isn't the file that {path.name}.json describes")
    return Source(manifest.id if manifest else path.name, chunks_of(path), manifest, is_signed)


async def restore(
    source: Source,
    settings: Settings,
    *,
    force: bool = False,
    into: str | None = None,
    rehearse: bool = False,
    identity: str | None = None,
    accepted: Accepted = NOTHING_ACCEPTED,
    keys: Sequence[ServerKey] = (),
    on_progress: Callable[[int], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Restore a dump in the place of the database, or as another one beside it.

    Args:
        force: also where the database holds something, which is kept under another name.
        into: the name of another database, which must not be there yet, or hold nothing.
        rehearse: whoever serves the data only reads the stores, and makes no dumps. It replaces no data but
            that of an earlier rehearsal.
        accepted: what is restored all the same.
        keys: the server's own keys, which no dump holds, for the restored database. Without any, it makes new
        ones.

    Raises:
        DumpFailed: nothing was changed, for this reason.
    """
    address = settings.database
    target = checked_name(into) if into is not None else address.database
    trust.require(source.name, source.manifest, settings, is_signed=source.is_signed, accepted=accepted)
    refuse_newer(source.manifest)
    if source.manifest is not None and source.manifest.encryption is not None and identity is None:
        raise DumpFailed("the dump is encrypted; give the file with its secret key as --identity")
    async with connected(address, MAINTENANCE) as server:
        if not await server.fetchval("SELECT pg_try_advisory_lock($1)", AdvisoryLock.RESTORES):
            raise Busy("another restore is in progress")
        exists = await server.fetchval("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", target)
        empty = not exists or await is_empty(replace(address, database=target))
        if rehearse and not empty and not await is_rehearsal(replace(address, database=target)):
            raise DumpFailed(
                f"the database {target} has people's data in it, so it can't become a rehearsal. Rehearse "
                "with another DATA_DIR, or with another DATABASE_URL if that is set"
            )
        if not empty and not force:
            raise DumpFailed(
                f"the database {target} has people's data in it; --force keeps it under another name"
            )
        if settings.embedded_database and source.manifest is not None:
            space.require(settings.data_folder, source.manifest.database_bytes, "the restore")
        beside = replace(address, database=(UNFINISHED + target)[:NAME_LENGTH])
        await drop(server, beside.database)
        restorer = await confined(beside, server, ROLE, trusted=source.is_signed)
        await server.execute(
            f"CREATE DATABASE {quoted(beside.database)} TEMPLATE template0 OWNER {quoted(restorer.user)}"
        )
        try:
            beside_what = ", next to the current database" if exists else ""
            say(f"restoring {source.name}{beside_what}")
            with pg_restore.into(restorer, version_of(source.manifest)) as sink:
                await pg_restore.send(
                    source.body, sink, source.manifest, identity=identity, on_progress=on_progress
                )
            rows = await compare(source.manifest, restorer)
            say("migrating it to this version and settling unfinished work")
            try:  # as the role without powers: the archive may have brought triggers
                migrated = await migrate.upgrade(restorer)
                await settle(restorer, source.manifest, () if into else keys, rehearse=rehearse)
            except (BaseORMException, PostgresError) as error:
                raise DumpFailed(f"{source.name} can't be brought to this version: {error}") from error
            aside = new_name(target) if exists else None
            kept = None if empty else aside
            known = await record(source.name, replace(address, database=target), restorer, kept, say)
            await forget_settings(server, beside.database)
            await hand_over(beside, restorer)
            if empty and exists and not await is_empty(replace(address, database=target)):
                raise DumpFailed(f"people have begun to use the database {target}; try again with --force")
            if target != address.database:
                await mark(server, beside.database)
            await take_place(server, address, beside.database, target, aside)
        except BaseException:
            await drop(server, beside.database)
            raise
        if aside is not None and empty:  # nobody's data: the demo users of a fresh server at most
            await drop(server, aside)
    acts: list[Carried] | None = None if kept else []
    if kept is not None and known:
        acts = await acts_since(replace(address, database=kept), replace(address, database=target), say)
    log.info("restored %s into %s", source.name, target)
    recipient = source.manifest.recipient if source.manifest else None
    return Restored(target, rows, migrated, kept, acts, recipient)


async def forget_settings(server: asyncpg.Connection, database: str) -> None:
    """Undo what code in the archive may have set for later connections, such as a search path of its own."""
    await server.execute(f"ALTER DATABASE {quoted(database)} RESET ALL")


def checked_name(name: str) -> str:
    """A name for a database of people's. Raises DumpFailed."""
    if not NAME.fullmatch(name) or name in RESERVED:
        rule = "must have up to 40 of a-z, 0-9 and _, begin with a letter, and not be one of"
        raise DumpFailed(f"--into: the name of a database {rule} {', '.join(RESERVED)}")
    return name


def refuse_newer(manifest: Manifest | None) -> None:
    """Raises DumpFailed where the dump knows migrations that this version does not."""
    if manifest is not None and (beyond := set(manifest.migrations) - set(migrate.known())):
        raise DumpFailed(
            f"the dump was made by a newer version of Perch ({manifest.perch_version}, with {min(beyond)}); "
            "restore it with that version"
        )


async def is_empty(address: DatabaseAddress) -> bool:
    """Whether a database holds nothing of anybody's; no where it cannot be read."""
    try:
        async with connected(address) as connection:
            tables = {table["name"] for table in await connection.fetch(TABLES)}
            if not tables:
                return True
            if not {"users", "tweets"} <= tables:
                return False
            return not await connection.fetchval(HOLDS_SOMETHING)
    except PostgresError:
        return False


async def is_rehearsal(address: DatabaseAddress) -> bool:
    """Whether a database holds an earlier rehearsal; no where it cannot be read."""
    try:
        async with connected(address) as connection:
            return bool(await connection.fetchval("SELECT is_rehearsal FROM instance"))
    except PostgresError:
        return False


def version_of(manifest: Manifest | None) -> int:
    """The major version of the pg_dump that made it; where nobody knows, the newest that is here."""
    return manifest.client_version if manifest else max(installed_clients(), default=0)


async def compare(manifest: Manifest | None, database: DatabaseAddress) -> int:
    """How many rows came back. Raises DumpDamaged where the manifest says otherwise."""
    async with connected(database) as connection:
        rows = await count_rows(connection)
    if "public.users" not in rows:
        raise DumpFailed("the archive wasn't made by Perch: it has no users table")
    if manifest is not None and (reason := difference(manifest.rows, rows)):
        raise DumpDamaged(reason)
    return sum(rows.values())
