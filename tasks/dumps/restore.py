"""Restoring: into a new database, which then replaces the current one by renaming; the old one is kept."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
from asyncpg.exceptions import PostgresError
from tortoise.exceptions import BaseORMException

from config.database_address import DatabaseAddress
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

# The prefix, used by nobody else, of the name of the database while it is restored, and of its restoring
# role.
UNFINISHED = "restoring_"
ROLE = "perch_restore"

# The names allowed for `--into`, with room for prefixes and suffixes; and the names that PostgreSQL itself
# needs.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
RESERVED = ("postgres", "template0", "template1")

NOTHING_ACCEPTED = Accepted()

# Whether there are people or tweets; the demo users of a fresh server don't count.
HOLDS_SOMETHING = "SELECT EXISTS (SELECT 1 FROM users WHERE NOT demo) OR EXISTS (SELECT 1 FROM tweets)"


@dataclass(frozen=True, slots=True)
class Source:
    """A dump's stored bytes, which were checked against its manifest, if there is one.

    `is_signed` says whether a key that we trust signed the manifest.
    """

    name: str
    body: AsyncIterator[bytes]
    manifest: Manifest | None
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore. `kept` is the name of the database that was there before.

    `acts` are what administrators did in that database since the dump: they are recorded, but no longer in
    effect. It is None if they aren't recorded, because the database is another Perch's or can't be read.
    `recipient` is the key to which the dump was encrypted.
    """

    database: str
    rows: int
    migrated: list[str]
    kept: str | None
    acts: list[Carried] | None
    recipient: str | None = None


def from_file(path: Path, manifest: Manifest | None, *, is_signed: bool) -> Source:
    """A fetched dump, or any archive of `pg_dump -Fc`, as a source. Raises DumpDamaged."""
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
    """Restore a dump in place of the current database, or as another database beside it.

    Args:
        force: whether to restore even if the database has data; the old database is kept under another name.
        into: the name of another database, which must not exist yet, or must be empty.
        rehearse: whether this is a rehearsal: a Perch that serves the data only reads the stores, and makes
            no dumps. It replaces no data except that of an earlier rehearsal.
        accepted: the risks that the operator accepts.
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
            try:  # as the role without powers, because the archive may have brought triggers
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
        if aside is not None and empty:  # it has no data except perhaps a fresh server's demo users
            await drop(server, aside)
    acts: list[Carried] | None = None if kept else []
    if kept is not None and known:
        acts = await acts_since(replace(address, database=kept), replace(address, database=target), say)
    log.info("restored %s into %s", source.name, target)
    recipient = source.manifest.recipient if source.manifest else None
    return Restored(target, rows, migrated, kept, acts, recipient)


async def forget_settings(server: asyncpg.Connection, database: str) -> None:
    """Undo settings for later connections that the archive's code may have made, such as a search path."""
    await server.execute(f"ALTER DATABASE {quoted(database)} RESET ALL")


def checked_name(name: str) -> str:
    """The name, if a database with people's data may have it. Raises DumpFailed."""
    if not NAME.fullmatch(name) or name in RESERVED:
        rule = "must have up to 40 of a-z, 0-9 and _, begin with a letter, and not be one of"
        raise DumpFailed(f"--into: the name of a database {rule} {', '.join(RESERVED)}")
    return name


def refuse_newer(manifest: Manifest | None) -> None:
    """Raises DumpFailed if the dump has migrations that this version doesn't know."""
    if manifest is not None and (beyond := set(manifest.migrations) - set(migrate.known())):
        raise DumpFailed(
            f"the dump was made by a newer version of Perch ({manifest.perch_version}, with {min(beyond)}); "
            "restore it with that version"
        )


async def is_empty(address: DatabaseAddress) -> bool:
    """Whether a database holds nobody's data; False if it cannot be read."""
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
    """Whether a database holds an earlier rehearsal; False if it cannot be read."""
    try:
        async with connected(address) as connection:
            return bool(await connection.fetchval("SELECT is_rehearsal FROM instance"))
    except PostgresError:
        return False


def version_of(manifest: Manifest | None) -> int:
    """The major version of the pg_dump that made it; if that is unknown, the newest installed one."""
    return manifest.client_version if manifest else max(installed_clients(), default=0)


async def compare(manifest: Manifest | None, database: DatabaseAddress) -> int:
    """The number of restored rows. Raises DumpDamaged if it differs from the manifest."""
    async with connected(database) as connection:
        rows = await count_rows(connection)
    if "public.users" not in rows:
        raise DumpFailed("the archive wasn't made by Perch: it has no users table")
    if manifest is not None and (reason := difference(manifest.rows, rows)):
        raise DumpDamaged(reason)
    return sum(rows.values())
