"""Restore tests (drills): a dump is proven by restoring it into a scratch database and counting its rows."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database.connection import rows
from server.operations import server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.catalogue import DRILL, MANIFEST, Dump, distinct
from server.operations.dumps.errors import DumpDamaged, DumpFailed
from server.operations.dumps.manifest import Drill, Manifest
from server.operations.runs import Claim
from storage.files import chunks_of
from tasks import media_copies
from tasks.dumps import pg_restore, space
from tasks.dumps.postgres import WITHHELD, connected, count_rows
from tasks.dumps.scratch import scratch
from tasks.dumps.trust import is_unexpectedly_plain
from tasks.dumps.verifying import fetched, verify
from tasks.workshop import Workshop, require_ours

log = logging.getLogger(__name__)

T = TypeVar("T")

# $1 the dump's id, $2 the SHA-256 of its bytes.
RECORDED = """
    SELECT id FROM scheduled_runs
    WHERE kind LIKE 'dump%' AND result ->> 'dump' = $1 AND result ->> 'sha256' = $2 LIMIT 1
"""

# How many proven dumps are kept in a folder where nothing else removes them.
KEPT_PROVEN = 2

Source = Literal["stored", "stream"]


async def drill_newest(claim: Claim, workshop: Workshop) -> dict[str, Any]:
    """Test the newest dump by restoring it. Raises DumpFailed if it is not good."""
    del claim
    await require_ours(workshop.backups)
    found = await catalogue.read(workshop.backups, workshop.settings, await server_keys.keyring())
    newest = max((dump.id.partition("-")[2] for dump in found.dumps), default="")
    soon = f"{datetime.now(UTC) + catalogue.CLOCKS_DIFFER:%Y%m%dT%H%M%SZ}"
    for key, reason in found.damaged:
        if newest < catalogue.id_of(key).partition("-")[2] < soon:  # compares the times of their slots
            raise DumpFailed(f"the newest dump has a damaged manifest ({key}): {reason}")
    for dump in distinct(found.dumps):
        if not await is_recorded(dump):
            log.warning("the dump %s isn't tested on schedule: this database has no record of it", dump.id)
        elif is_unexpectedly_plain(dump.manifest, workshop.settings):
            log.warning("the dump %s isn't tested on schedule: it isn't encrypted", dump.id)
        else:
            return {**await drilled(dump, workshop), **await _copies_checked(workshop)}
    return {"dump": None}


async def _copies_checked(workshop: Workshop) -> dict[str, Any]:
    """How many second copies of pictures were read back. Raises DumpFailed if one differs."""
    found = await media_copies.check_sample(workshop)
    if found is None:
        return {}
    if found.wrong:
        raise DumpFailed(f"{len(found.wrong)} copies of pictures are different, such as {found.wrong[0]}")
    if found.trouble:
        log.warning("the copies of pictures can't be read back: %s", found.trouble)
    return {"copies_read": found.read}


async def is_recorded(dump: Dump) -> bool:
    """Whether this database recorded making the dump: someone else may have put it into the store."""
    return bool(await rows(RECORDED, dump.id, dump.manifest.sha256))


async def drilled(dump: Dump, workshop: Workshop, identity: str | None = None) -> dict[str, Any]:
    """Test a dump; return the run's result. Raises DumpFailed if it is not good, or cannot be tested."""
    found = await drill(dump, workshop, identity=identity)
    result = {"dump": found.id, "rows": found.rows, "seconds": found.seconds, "source": found.source}
    if found.error is not None:
        raise DumpFailed(f"the dump {found.id} failed its restore test: {found.error}", result)
    return result


async def drill(dump: Dump, workshop: Workshop, *, identity: str | None = None) -> Drill:
    """Restore a dump, compare it, record the result, and keep it among the proven dumps.

    An encrypted dump without `identity` was restored while it was made; here its stored bytes are read back.

    Raises:
        DumpFailed: no test was possible. That says nothing about the dump; an earlier proof stays valid.
    """
    begun = time.monotonic()
    if dump.manifest.encryption is not None and identity is None:
        work = read_back(dump, workshop, begun)
    else:
        work = restore_and_compare(dump, workshop, identity, begun)
    try:
        found = await within_limit(work, workshop.settings)
    except DumpDamaged as damage:
        found = verdict(dump.manifest, begun, error=str(damage))
    keyring = await server_keys.signing()
    await catalogue.write(workshop.backups, dump.folder + dump.id + DRILL, found, keyring)
    if found.is_proof:
        await keep_proven(dump, found, workshop)
        log.info("the dump %s is proven: %d rows restored", dump.id, found.rows)
    return found


async def restore_and_compare(dump: Dump, workshop: Workshop, identity: str | None, begun: float) -> Drill:
    """Restore it from the store into a scratch database and compare. Raises DumpDamaged, DumpFailed."""
    if dump.trouble is not None:
        raise DumpDamaged(dump.trouble)
    if workshop.settings.embedded_database:
        space.require(workshop.settings.data_folder, dump.manifest.database_bytes, "the drill")
    async with scratch(workshop.settings) as database:
        await restore_into(database, dump, workshop, identity)
        return await judge(dump.manifest, database, begun, source="stored")


async def restore_into(
    database: DatabaseAddress, dump: Dump, workshop: Workshop, identity: str | None = None
) -> None:
    """Restore the stored dump into an empty database. Raises DumpDamaged, DumpFailed."""
    async with fetched(dump, workshop.backups, workshop.scratch) as file:
        with pg_restore.into(database, dump.manifest.client_version) as sink:
            progress, stored = workshop.on_progress, chunks_of(file)
            await pg_restore.send(stored, sink, dump.manifest, identity=identity, on_progress=progress)


async def read_back(dump: Dump, workshop: Workshop, begun: float) -> Drill:
    """For an encrypted dump: check that the store still has the bytes that were tested while streaming.

    Raises:
        DumpDamaged: it doesn't.
        DumpFailed: they were not tested.
    """
    if dump.drill is None:
        reason = "is encrypted and wasn't tested when it was made: use --identity"
        raise DumpFailed(f"the dump {dump.id} {reason}")
    await verify(dump, workshop)
    return verdict(
        dump.manifest, begun, rows=dump.drill.rows, source="stream", read_back=True, error=dump.drill.error
    )


async def judge(manifest: Manifest, database: DatabaseAddress, begun: float, *, source: Source) -> Drill:
    """Compare the restored database with the manifest."""
    async with connected(database) as connection:
        rows = await count_rows(connection)
    error = difference(manifest.rows, rows)
    read_back = source == "stored"
    return verdict(manifest, begun, rows=sum(rows.values()), source=source, read_back=read_back, error=error)


def verdict(
    manifest: Manifest,
    begun: float,
    *,
    rows: int = 0,
    source: Source = "stored",
    read_back: bool = False,
    error: str | None,
) -> Drill:
    """The result of a test that started at `begun` (of time.monotonic)."""
    if error is not None:
        log.error("the dump %s failed its restore test: %s", manifest.id, error)
    return Drill(
        id=manifest.id,
        drilled_at=datetime.now(UTC),
        seconds=round(time.monotonic() - begun, 3),
        rows=rows,
        source=source,
        read_back=read_back,
        error=error,
    )


def difference(expected: dict[str, int], found: dict[str, int]) -> str | None:
    """The first table whose number of rows is wrong; None if all are right.

    Tables whose rows dumps leave out are ignored: an earlier version may have counted them.
    """
    for table in sorted((expected.keys() | found.keys()) - {f"public.{name}" for name in WITHHELD}):
        if expected.get(table) != found.get(table):
            had, wanted = found.get(table, "no"), expected.get(table, "none at all")
            return f"{table} has {had} rows instead of {wanted}"
    return None


async def within_limit(work: Coroutine[Any, Any, T], settings: Settings) -> T:
    """Do the work, but end it after DUMP_TIMEOUT. Raises DumpFailed."""
    limit = asyncio.timeout(settings.dump_timeout)
    try:
        async with limit:
            return await work
    except TimeoutError:
        if not limit.expired():
            raise
        raise DumpFailed(f"it took longer than DUMP_TIMEOUT, {settings.dump_timeout} s") from None


async def keep_proven(dump: Dump, proof: Drill, workshop: Workshop) -> None:
    """Copy it to where no lifecycle rule reaches, and remove older ones from there.

    The two newest dumps there that are whole, proven and signed stay; until there are two, everything stays.
    """
    store, folder = workshop.backups, workshop.settings.dump_folder("proven")
    keyring = await server_keys.signing()
    if dump.folder != folder:
        await copy(dump, replace(dump, folder=folder), workshop)
        await catalogue.write(store, folder + dump.id + DRILL, proof, keyring)
        await catalogue.put(store, folder + dump.id + MANIFEST, dump.text)
    found = await catalogue.read(store, workshop.settings, keyring)
    there = [one for one in found.dumps if one.folder == folder]
    kept = [one for one in there if one.is_proven and one.is_signed and one.trouble is None][:KEPT_PROVEN]
    if len(kept) == KEPT_PROVEN:
        for key in (key for one in there if one not in kept for key in one.keys):
            await store.delete(key)


async def copy(dump: Dump, target: Dump, workshop: Workshop) -> None:
    """Copy only the archive. Raises DumpFailed if the copy differs."""
    store, digest = workshop.backups, hashlib.sha256()

    async def hashed(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in body:
            digest.update(piece)
            yield piece

    async with store.read(dump.key) as found:
        await store.put(target.key, hashed(found.body), content_type="application/octet-stream")
    if digest.hexdigest() != dump.manifest.sha256:
        await store.delete(target.key)
        raise DumpFailed("its copy for the proven dumps differs from the original")
