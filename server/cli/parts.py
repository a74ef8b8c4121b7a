"""How `perch doctor` checks the servers and stores, and interprets their answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

from redis.exceptions import ResponseError

import storage
from config import logging as lines
from config import programs, redis_clients
from config.env_names import no_answer
from config.settings import Settings
from server.cli import manifests
from server.core.database import migrate, sessions
from server.core.database.connection import AWAY, database, only_reads, row
from server.core.database.migrate import NewerDatabase
from server.core.security.keyring import Keyring
from server.core.transient import reason
from server.operations import queues, server_key
from server.operations.dumps import catalogue
from server.processes import embedded, lock, unforeseen
from server.processes.errors import CannotRun
from server.processes.valkey import valkey
from storage.base import ObjectStore
from tasks.dumps.postgres import connected

Verdict = Literal["ok", "warning", "failed"]

# A part that takes more seconds than this counts as not responding.
PATIENCE = 5

PROBE = "doctor/probe"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of checking one part."""

    verdict: Verdict
    part: str
    detail: str


def failed(part: str, error: Exception) -> Finding:
    """The finding for a part that could not be checked."""
    return Finding("failed", part, unforeseen.sentence(error))


async def look_at_servers(settings: Settings) -> AsyncIterator[Finding]:
    """Check PostgreSQL, migrations, Redis and storage."""
    try:
        running = not lock.is_free(settings.data_folder)
    except CannotRun as error:
        yield failed("data", error)
        running = True
    if settings.embedded_database and not running:
        yield idle_server("database", "PostgreSQL", lambda: embedded.postgres(settings))
    else:
        away = partial(no_answer, settings, "DOCKER_DATABASE", settings.database)
        yield await asked("database", settings.database, lambda: ask_database(settings), away)
        yield await asked("migrations", settings.database, lambda: ask_migrations(settings))
        yield await asked("dumps", settings.database, lambda: ask_dumps(settings))
        yield await look_at_kit(settings)
    if settings.embedded_redis and not running:
        yield idle_server("redis", "Valkey", lambda: valkey(settings))
    else:
        away = partial(no_answer, settings, "DOCKER_REDIS", settings.redis)
        yield await asked("redis", settings.redis, lambda: ask_redis(settings), away)
    store, backups = storage.for_pictures(settings), storage.for_backups(settings)
    places = {
        "storage": (store, settings.object_storage, settings.objects_folder),
        "backups": (backups, settings.backup_kind, settings.backup_folder),
    }
    for part, (place, kind, folder) in places.items():
        where = f"{kind}, {folder if kind == 'local' else settings.s3_bucket_name}"
        yield await asked(part, where, partial(ask_storage, place, where))
    asks_database = running or not settings.embedded_database
    yield await asked("manifests", where, partial(ask_manifests, backups, settings, asks_database))


def idle_server(part: str, name: str, make: Callable[[], object]) -> Finding:
    """The finding for a server of our own that is not running."""
    try:
        make()
    except Exception as error:
        return failed(part, error)
    return Finding("ok", part, f"Perch's own {name}; `perch up` starts it")


async def asked(
    part: str,
    where: object,
    ask: Callable[[], Awaitable[str | Finding]],
    away: Callable[[object], str] | None = None,
) -> Finding:
    """The finding for a part's answer; if there is none, in the words of `away`."""
    told = away or (lambda error: f"{where} doesn't respond: {error}")
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await ask()
            return answer if isinstance(answer, Finding) else Finding("ok", part, answer)
    except TimeoutError:
        return Finding("failed", part, told(f"no response within {PATIENCE} s"))
    except LookupError as error:
        return Finding("failed", part, lines.redact(str(error)))
    except Exception as error:
        return Finding("failed", part, lines.printable(lines.redact(told(reason(error)))))


async def ask_database(settings: Settings) -> str:
    """Check PostgreSQL's version, whether its sessions are our own, and whether it takes writes."""
    if not settings.embedded_database:
        await sessions.require_own(settings.database)
    async with database(settings, name="perch doctor"):
        found = await row("SELECT current_setting('server_version') AS version")
        if await only_reads():
            raise LookupError(f"{settings.database} is read-only; it may be a replica")
    return f"PostgreSQL {found['version'] if found else '?'}, {settings.database}"


async def ask_migrations(settings: Settings) -> str:
    """Check whether all migrations are applied."""
    async with database(settings, name="perch doctor"):
        missing = await migrate.missing()
        unknown = await migrate.unknown()
    if unknown:
        raise LookupError(str(NewerDatabase(unknown)))
    if missing:
        raise LookupError(f"{len(missing)} not applied; run `perch migrate`")
    return "all applied"


async def ask_dumps(settings: Settings) -> str:
    """Check whether pg_dump fits the server, and restore tests may create their scratch database."""
    async with connected(settings.database) as connection:
        server = connection.get_server_version().major
        may_create = await connection.fetchval(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
    folder = programs.clients_for(server, tls=settings.database.needs_tls)
    if not may_create:
        role = f'ALTER ROLE "{settings.database.user}" CREATEDB'
        raise LookupError(
            f"the role can't create the scratch database for restores and restore tests; run: {role}"
        )
    return f"pg_dump {programs.major_version(folder / 'pg_dump')}, restore tests can create their database"


async def look_at_kit(settings: Settings) -> Finding:
    """Check whether the keys that are in no dump are also kept elsewhere."""
    try:
        async with connected(settings.database) as connection:
            keys = await server_key.listed(connection.fetch)
    except AWAY as error:
        return Finding("warning", "kit", lines.redact(f"can't tell whether there is one: {reason(error)}"))
    made = [key.kit_made_at for key in keys if key.is_current and key.kit_made_at]
    if not made:
        return Finding(
            "warning",
            "kit",
            "there is no recovery kit: if you lose this machine, Perch can't tell your dumps from forged "
            "ones. Make one with: perch recovery-kit FILE",
        )
    return Finding("ok", "kit", f"made on {min(made):%Y-%m-%d}")


async def ask_redis(settings: Settings) -> str:
    """Check Redis' version, whether it may evict keys, and whether it takes writes."""
    async with redis_clients.client(settings.redis) as redis:
        info = await redis.info("server")
        policy = (await redis.info("memory")).get("maxmemory_policy", "?")
        try:
            await queues.try_to_write(redis)
        except ResponseError as error:
            raise LookupError(f"{settings.redis} refuses writes: {error}") from None
    if policy != "noeviction":
        raise LookupError(f"maxmemory-policy is {policy}, so tasks could be evicted; set noeviction")
    return f"version {info.get('valkey_version') or info.get('redis_version')}, {settings.redis}"


async def ask_storage(store: ObjectStore, where: str) -> str:
    """Check whether an object can be written, read and deleted."""

    async def body() -> AsyncIterator[bytes]:
        yield b"probe"

    await store.open()
    try:
        await store.check()
        await store.put(PROBE, body(), content_type="text/plain")
        async with store.read(PROBE) as found:
            read = b"".join([chunk async for chunk in found.body])
        await store.delete(PROBE)
    finally:
        await store.close()
    if read != b"probe":
        raise LookupError("an object came back with different bytes than were written")
    return where


async def ask_manifests(backups: ObjectStore, settings: Settings, asks_database: bool) -> str | Finding:
    """Check whether manifests are intact, none is missing, archives exist, and are encrypted as before."""
    await backups.open()
    try:
        found = await catalogue.read(backups, settings, Keyring([]))
    finally:
        await backups.close()
    said = list(manifests.damaged(found))
    if asks_database:
        with suppress(Exception):  # a database that doesn't respond is reported above
            async with database(settings, name="perch doctor"):
                said += await manifests.missing(found)
    if said:
        raise LookupError("; ".join(said))
    if unencrypted := manifests.unencrypted(found, settings):
        return Finding("warning", "manifests", "; ".join(unencrypted))
    return f"{len(catalogue.distinct(found.dumps))} dumps"
