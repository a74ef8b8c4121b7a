"""`perch doctor`: what is wrong with the settings and the parts."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import click
import uvloop

import storage
from config import logging as lines
from config import programs, redis_clients
from config.env_names import no_answer, unknown_names, unused_names
from config.settings import Settings
from config.values import is_loopback
from server.domain.passing import reason
from server.models import migrate, server_key, sessions
from server.models.connection import AWAY, database, row
from server.models.migrate import NewerDatabase
from server.processes import embedded, lock
from server.processes.valkey import valkey
from storage.base import ObjectStore
from tasks import picture_worker
from tasks.dumps.postgres import connected

Verdict = Literal["ok", "warning", "failed"]

# A part that takes longer does not answer. Seconds.
PATIENCE = 5

PROBE = "doctor/probe"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one part."""

    verdict: Verdict
    part: str
    detail: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def doctor(as_json: bool) -> None:
    """Say what is wrong with the settings and the parts. Ends with 1 where something failed.

    \b
    Examples:
      perch doctor
      perch doctor --json | jq '.[] | select(.verdict != "ok")'
    """
    settings = Settings.load()  # a wrong setting ends it here, with its line
    lines.configure("doctor", "ERROR", secrets=settings.secrets)
    findings = uvloop.run(examine(settings))
    if as_json:
        rows = [{"verdict": f.verdict, "part": f.part, "detail": f.detail} for f in findings]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{finding.verdict:<8} {finding.part:<10} {finding.detail}")
    if any(finding.verdict == "failed" for finding in findings):
        sys.exit(1)


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything."""
    found = list(look_at_settings(settings))
    found.append(look_at_folder(settings))
    found += [finding async for finding in look_at_servers(settings)]
    found.append(look_at_pictures())
    found.append(look_at_walls())
    return found


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """What can be read, but is not wise."""
    unknown = unknown_names()
    if unknown:
        yield Finding("warning", "settings", f".env has names that Perch does not know: {', '.join(unknown)}")
    file = Path(".env")
    if file.is_file() and file.stat().st_mode & 0o007:
        yield Finding("warning", "settings", ".env can be read by every user of this machine: chmod 640 .env")
    if unused := unused_names():
        yield Finding("ok", "settings", f"ignored, of the first implementation: {', '.join(unused)}")
    if settings.demo and not is_loopback(settings.host):
        yield Finding("warning", "settings", "DEMO_KEYS is on and others can reach HOST: the keys are public")
    own_port = f":{settings.port}"  # of who has it in the address, nobody is before us
    proxied = settings.public_origin is not None and not settings.public_origin.endswith(own_port)
    if proxied and not (settings.proxies_count or settings.real_ip_header):
        words = (
            "PUBLIC_URL is set and neither PROXIES_COUNT nor REAL_IP_HEADER: clients' addresses are not known"
        )
        yield Finding("warning", "settings", words)
    for words in unwise(settings):
        yield Finding("warning", "settings", words)
    yield Finding("ok", "settings", f"mode {settings.mode}, {settings.host}:{settings.port}")


def unwise(settings: Settings) -> Iterator[str]:
    """What works, and lets others do more than they should."""
    believes_proxies = settings.proxies_count or settings.real_ip_header
    if believes_proxies and not is_loopback(settings.host) and settings.trusted_proxies is None:
        yield (
            f"HOST is {settings.host} and TRUSTED_PROXIES is not set: "
            "anyone who reaches the port can claim to be a proxy"
        )
    if settings.metrics_port is not None and not is_loopback(settings.metrics_host):
        yield (
            f"METRICS_HOST is {settings.metrics_host}: "
            "anyone who reaches METRICS_PORT can read the metrics, without a token"
        )
    if "*" in (settings.cors_origins or ()):
        yield "CORS_ORIGINS is *: the pages of every site may call the API from a browser"
    same = settings.object_storage == settings.backup_kind
    if settings.backup_media and same and settings.backup_media_bucket is None:
        place = "bucket" if settings.backup_kind == "s3" else "disk"
        yield f"BACKUP_MEDIA puts the copies of pictures on the same {place}: name a BACKUP_MEDIA_BUCKET"
    if settings.backup_kind == "s3" and settings.dump_age_recipient is None:
        yield "DUMP_AGE_RECIPIENT is not set: anyone who can read the bucket can read the dumps in it"
    if os.geteuid() == 0:
        yield "this runs as root: a user of its own is enough (docs/deploying.md)"


def look_at_folder(settings: Settings) -> Finding:
    """Whether we may write where the data lies, and nobody else may look."""
    folder = settings.data_folder
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding("failed", "data", f"DATA_DIR {folder}: {error.strerror}")
    if folder.stat().st_mode & 0o077:
        words = "is open to other users of this machine"
        return Finding("warning", "data", f"DATA_DIR {folder} {words}: chmod 700 {folder}")
    return Finding("ok", "data", str(folder))


async def look_at_servers(settings: Settings) -> AsyncIterator[Finding]:
    """PostgreSQL, migrations, Redis, storage."""
    running = not lock.is_free(settings.data_folder)
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


def idle_server(part: str, name: str, make: Callable[[], object]) -> Finding:
    """A server of our own that is not running."""
    try:
        make()
    except embedded.EmbeddedUnavailable as error:
        return Finding("failed", part, lines.redact(str(error)))
    return Finding("ok", part, f"{name} of our own; `perch up` starts it")


async def asked(
    part: str, where: object, ask: Callable[[], Awaitable[str]], away: Callable[[object], str] | None = None
) -> Finding:
    """What the part answers; where it does not, what `away` says of that."""
    told = away or (lambda error: f"{where} does not answer: {error}")
    try:
        async with asyncio.timeout(PATIENCE):
            return Finding("ok", part, await ask())
    except TimeoutError:
        return Finding("failed", part, told(f"nothing came within {PATIENCE} s"))
    except LookupError as error:
        return Finding("failed", part, lines.redact(str(error)))
    except Exception as error:
        return Finding("failed", part, lines.redact(told(reason(error))))


async def ask_database(settings: Settings) -> str:
    """Its version, and whether its sessions are our own."""
    if not settings.embedded_database:
        await sessions.require_own(settings.database)
    async with database(settings, name="perch doctor"):
        found = await row("SELECT current_setting('server_version') AS version")
    return f"PostgreSQL {found['version'] if found else '?'}, {settings.database}"


async def ask_migrations(settings: Settings) -> str:
    """Whether all are applied."""
    async with database(settings, name="perch doctor"):
        missing = await migrate.missing()
        unknown = await migrate.unknown()
    if unknown:
        raise LookupError(str(NewerDatabase(unknown)))
    if missing:
        raise LookupError(f"{len(missing)} are missing; `perch migrate` applies them")
    return "all applied"


async def ask_dumps(settings: Settings) -> str:
    """Whether pg_dump fits the server, and drills may make their scratch database."""
    async with connected(settings.database) as connection:
        server = connection.get_server_version().major
        may_create = await connection.fetchval(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
    folder = programs.clients_for(server, tls=settings.database.needs_tls)
    if not may_create:
        role = f'ALTER ROLE "{settings.database.user}" CREATEDB'
        raise LookupError(f"the role may not make the scratch database of drills and restores: {role}")
    return f"pg_dump {programs.major_version(folder / 'pg_dump')}, drills can make their database"


async def look_at_kit(settings: Settings) -> Finding:
    """Whether the keys that no dump holds are kept elsewhere too."""
    try:
        async with connected(settings.database) as connection:
            keys = await server_key.listed(connection.fetch)
    except AWAY as error:
        return Finding("warning", "kit", lines.redact(f"whether there is one is not known: {reason(error)}"))
    made = [key.kit_made_at for key in keys if key.is_current and key.kit_made_at]
    if not made:
        return Finding(
            "warning",
            "kit",
            "no recovery kit was made: after the loss of this machine, nothing tells your dumps from others "
            "(`perch recovery-kit FILE`)",
        )
    return Finding("ok", "kit", f"made on {min(made):%Y-%m-%d}")


async def ask_redis(settings: Settings) -> str:
    """Its version, and whether it may forget."""
    async with redis_clients.client(settings.redis) as redis:
        info = await redis.info("server")
        policy = (await redis.info("memory")).get("maxmemory_policy", "?")
    if policy != "noeviction":
        raise LookupError(f"maxmemory-policy is {policy}: queued tasks could be evicted; set noeviction")
    return f"version {info.get('valkey_version') or info.get('redis_version')}, {settings.redis}"


async def ask_storage(store: ObjectStore, where: str) -> str:
    """Whether an object can be written, read and deleted."""

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
        raise LookupError("an object was read back with other bytes")
    return where


def look_at_pictures() -> Finding:
    """Which decoder works on pictures, as the picture child itself says."""
    try:
        said = picture_worker.decoder()
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("failed", "pictures", f"the picture child does not run: {error}")
    if "pillow-simd" not in said:
        return Finding(
            "warning",
            "pictures",
            f"{said}; without pillow-simd, which is faster (docs/deploying.md)",
        )
    return Finding("ok", "pictures", said)


def look_at_walls() -> Finding:
    """What keeps a decoder that an attacker took over from everything else."""
    try:
        found = picture_worker.walls()
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("failed", "walls", f"the picture child does not run: {error}")
    standing = "; ".join(f"{name}: {what}" for name, what in found.items() if what)
    if missing := [name for name, what in found.items() if not what]:
        lacking = f"this system has no {' and no '.join(missing)} for the picture child"
        return Finding("warning", "walls", f"{lacking}; it has {standing or 'limits only'}")
    return Finding("ok", "walls", standing)


COMMANDS = (doctor,)
