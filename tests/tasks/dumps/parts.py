"""Helpers that the dump tests share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pyrage import x25519

from config.settings import Settings
from server.operations import server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.catalogue import Dump
from server.operations.dumps.manifest import DumpKind
from storage.base import ObjectStore
from storage.object_keys import MARKERS
from tasks.dumps import making
from tasks.dumps.postgres import connected
from tasks.dumps.restore import Restored, Source, restore
from tasks.workshop import Workshop

# 30 MB that compress badly, so that a dump takes some tenths of a second.
LONG_TWEETS = """
    INSERT INTO tweets (author_id, content)
    SELECT 1, repeat(md5(n::text), 100) FROM generate_series(1, 9000) n RETURNING 1
"""

SLOT = datetime(2026, 11, 24, 18, 5, tzinfo=UTC)


async def make(workshop: Workshop, kind: DumpKind = "hour", slot: datetime = SLOT) -> Dump:
    manifest = await making.make(kind, slot, workshop)
    return (await listing(workshop)).find(manifest.id)


async def listing(workshop: Workshop) -> catalogue.Catalogue:
    return await catalogue.read(workshop.backups, workshop.settings, await server_keys.signing())


async def keys(store: ObjectStore) -> list[str]:
    return [item.key async for item in store.list() if not item.key.startswith(MARKERS)]


async def overwrite(store: ObjectStore, key: str, data: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield data

    await store.put(key, body(), content_type="application/octet-stream")


def dumping() -> bytes:
    """The process ids of our running pg_dump programs."""
    command = ["pgrep", "-P", str(os.getpid()), "pg_dump"]
    return subprocess.run(command, check=False, capture_output=True).stdout


def changed(workshop: Workshop, **settings: Any) -> Workshop:
    """The same workshop with other settings."""
    return replace(workshop, settings=workshop.settings.model_copy(update=settings))


def encrypting(workshop: Workshop) -> tuple[Workshop, str]:
    """The same workshop with encrypted dumps, and the secret key."""
    identity = x25519.Identity.generate()
    return changed(workshop, dump_age_recipient=str(identity.to_public())), str(identity)


async def databases(workshop: Workshop) -> list[str]:
    async with connected(workshop.settings.database) as connection:
        found = await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname LIKE '%target%' ORDER BY 1"
        )
    return [row["datname"] for row in found]


async def drop_all(workshop: Workshop) -> None:
    async with connected(workshop.settings.database) as connection:
        for name in await databases(workshop):
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def from_dump(
    dump: Dump,
    workshop: Workshop,
    settings: Settings,
    *,
    cut: int = 0,
    is_signed: bool = True,
    **options: Any,
) -> Restored:
    data = await catalogue.read_whole(workshop.backups, dump.key, largest=64 << 20)

    async def body() -> AsyncIterator[bytes]:
        yield data[: len(data) - cut]

    return await restore(Source(dump.id, body(), dump.manifest, is_signed), settings, **options)
