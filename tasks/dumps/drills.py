"""Drills: a dump is proven by restoring it into a scratch database and counting its rows."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal, TypeVar, cast

import asyncpg

from config.addresses import DatabaseAddress
from config.settings import Settings
from server.domain.runs import Claim
from storage.base import ObjectNotFound
from tasks.dumps import catalogue, space
from tasks.dumps.catalogue import DRILL, MANIFEST, Dump, distinct
from tasks.dumps.errors import Busy, DumpDamaged, DumpFailed
from tasks.dumps.manifest import Drill, Manifest
from tasks.dumps.packing import unpack
from tasks.dumps.postgres import Running, clients, connected, count_rows, quoted, running
from tasks.workshop import Workshop

log = logging.getLogger(__name__)

T = TypeVar("T")

# Names of scratch databases: PREFIX before the database's own. One drill at a time makes them.
PREFIX = "drill_of_"
DRILL_LOCK = 7_237_100_004

# How many proven dumps are kept where nothing else removes them.
KEPT_PROVEN = 2

# Faster into a database that nobody keeps: what a crash loses here is made again.
RESTORE_OPTIONS = "-c synchronous_commit=off -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"

# How long pg_restore may take after the archive's last byte: indexes and checks. Seconds.
FINISH_WITHIN = 4 * 3600


async def drill_newest(claim: Claim, workshop: Workshop) -> dict[str, Any]:
    """The daily run: prove the newest dump. Raises DumpFailed where it is not good."""
    del claim
    found = await catalogue.read(workshop.backups, workshop.settings)
    newest = max((dump.id.partition("-")[2] for dump in found.dumps), default="")
    for key, reason in found.damaged:
        if catalogue.id_of(key).partition("-")[2] > newest:  # the moment of its slot
            raise DumpFailed(f"the newest dump has a damaged manifest ({key}): {reason}")
    if not found.dumps:
        return {"dump": None}
    return await drilled(distinct(found.dumps)[0], workshop)


async def drilled(dump: Dump, workshop: Workshop, identity: str | None = None) -> dict[str, Any]:
    """Drill it; the run's result. Raises DumpFailed where it is not good, or cannot be drilled."""
    found = await drill(dump, workshop, identity=identity, on_progress=workshop.on_progress)
    result = {"dump": found.id, "rows": found.rows, "seconds": found.seconds, "source": found.source}
    if found.error is not None:
        raise DumpFailed(f"the dump {found.id} is not good: {found.error}", result)
    return result


async def drill(
    dump: Dump,
    workshop: Workshop,
    *,
    identity: str | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Drill:
    """Restore it, compare it, write down what was found, and keep it among the proven.

    An encrypted one without `identity` was restored while it was made; here its stored bytes are read back.

    Raises:
        DumpFailed: no drill was possible, which says nothing about the dump, and takes no proof away.
    """
    begun, manifest = time.monotonic(), dump.manifest
    if manifest.encryption is not None and identity is None:
        if dump.drill is None:
            reason = "is encrypted and was not drilled when it was made: give --identity"
            raise DumpFailed(f"the dump {dump.id} {reason}")
        found = await read_back(dump, dump.drill, workshop, begun, on_progress)
    elif dump.trouble is not None:
        found = failed(manifest, dump.trouble, begun)
    else:
        found = await within_limit(
            restore_and_compare(dump, workshop, identity, begun, on_progress), workshop.settings
        )
    await catalogue.write(workshop.backups, dump.folder + dump.id + DRILL, found)
    if found.is_proof:
        await keep_proven(dump, found, workshop)
        log.info("the dump %s is proven: %d rows came back", dump.id, found.rows)
    return found


async def within_limit(work: Coroutine[Any, Any, T], settings: Settings) -> T:
    """What takes longer than DUMP_TIMEOUT is ended. Raises DumpFailed."""
    limit = asyncio.timeout(settings.dump_timeout)
    try:
        async with limit:
            return await work
    except TimeoutError:
        if not limit.expired():
            raise
        raise DumpFailed(f"it took longer than DUMP_TIMEOUT, {settings.dump_timeout} s") from None


async def read_back(
    dump: Dump, streamed: Drill, workshop: Workshop, begun: float, on_progress: Callable[[int], None]
) -> Drill:
    """For an encrypted dump: whether the store still has the bytes that were drilled in the stream."""
    try:
        await verify(dump, workshop, on_progress=on_progress)
    except DumpDamaged as damage:
        return failed(dump.manifest, str(damage), begun)
    return Drill(
        id=dump.id,
        drilled_at=datetime.now(UTC),
        seconds=round(time.monotonic() - begun, 3),
        rows=streamed.rows,
        source="stream",
        read_back=True,
        error=streamed.error,
    )


async def restore_and_compare(
    dump: Dump, workshop: Workshop, identity: str | None, begun: float, on_progress: Callable[[int], None]
) -> Drill:
    """From the store into a scratch database."""
    look_at_space(workshop.settings, dump.manifest)
    async with scratch(workshop.settings) as place:
        sink = place.restoring(clients(dump.manifest.client_version))
        try:
            await checked(dump, workshop, sink, identity=identity, on_progress=on_progress)
        except DumpDamaged as damage:
            return failed(dump.manifest, str(damage), begun)
        await asyncio.to_thread(sink.finish)  # its bytes are right: what fails here is not the dump's fault
        return await place.judge(dump.manifest, source="stored", read_back=True, begun=begun)


def look_at_space(settings: Settings, manifest: Manifest) -> None:
    """Raises DumpFailed where our own PostgreSQL's disk has no room for a second database."""
    if settings.embedded_database:
        space.require(settings.data_folder, manifest.database_bytes, "the drill")


async def verify(
    dump: Dump,
    workshop: Workshop,
    *,
    identity: str | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> str:
    """Read all of it back: the hash, and the archive to its end; what was looked at, in words.

    Raises:
        DumpDamaged: a bit is not as it was, or something is missing.
        DumpFailed: it cannot be read for another reason, such as the wrong key.
    """
    if dump.trouble is not None:
        raise DumpDamaged(dump.trouble)
    if dump.manifest.encryption is not None and identity is None:
        await checked(dump, workshop, Nowhere(), on_progress=on_progress)
        return "hash (encrypted: its archive is read with --identity)"
    programs = clients(dump.manifest.client_version)
    with running(programs, "pg_restore", None, ["--file=/dev/null"], stdin=subprocess.PIPE) as program:
        sink = Restoring(program)
        await checked(dump, workshop, sink, identity=identity, on_progress=on_progress)
        await asyncio.to_thread(sink.finish)
    return "hash and archive"


async def checked(
    dump: Dump,
    workshop: Workshop,
    sink: Any,
    *,
    identity: str | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Send a dump's archive into the sink, and hold its bytes against the manifest.

    Raises:
        DumpDamaged: they are not those that were stored.
        DumpFailed: they are, and all the same they could not be unpacked or restored.
    """
    manifest = dump.manifest
    try:
        async with workshop.backups.read(dump.key) as found:
            read = await unpack(found.body, sink, identity=identity, on_progress=on_progress)
    except ObjectNotFound:
        raise DumpDamaged("its archive is missing") from None
    if (read.sha256, read.size) != (manifest.sha256, manifest.stored_bytes):
        raise DumpDamaged("its bytes are not those that were stored")
    if isinstance(read.trouble, BrokenPipeError):  # pg_restore gave up, and says why
        await asyncio.to_thread(sink.finish)
    if read.trouble is not None:
        raise DumpFailed(str(read.trouble)) from read.trouble


@asynccontextmanager
async def scratch(settings: Settings) -> AsyncIterator[Scratch]:
    """An empty database of our own, gone after the block.

    Raises:
        Busy: another drill runs.
        DumpFailed: the role may not make databases.
    """
    own = settings.database.database
    async with connected(settings.database) as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", DRILL_LOCK):
            raise Busy("another drill runs at this moment")
        for old in await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname = $1", (PREFIX + own)[:63]
        ):  # of a drill that was killed
            await connection.execute(f"DROP DATABASE {quoted(old['datname'])} WITH (FORCE)")
        name = (PREFIX + own)[:63]
        try:
            await connection.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE template0")
        except asyncpg.InsufficientPrivilegeError:
            raise DumpFailed(
                f"the role {settings.database.user} may not make the scratch database of a drill: "
                f"ALTER ROLE {quoted(settings.database.user)} CREATEDB"
            ) from None
        place = Scratch(replace(settings.database, database=name), connection)
        try:
            yield place
        finally:
            place.close()
            await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


class Scratch:
    """A database to restore into once."""

    def __init__(self, address: DatabaseAddress, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._address = address
        self._stack = ExitStack()
        self._restoring: Restoring | None = None

    def restoring(self, programs: Path) -> Restoring:
        """Where the archive's bytes go."""
        arguments = ["--exit-on-error", "--no-owner", "--no-privileges"]
        process = self._stack.enter_context(
            running(
                programs,
                "pg_restore",
                self._address,
                arguments,
                stdin=subprocess.PIPE,
                options=RESTORE_OPTIONS,
            )
        )
        self._restoring = Restoring(process)
        return self._restoring

    async def judge(
        self, manifest: Manifest, *, source: Literal["stored", "stream"], read_back: bool, begun: float
    ) -> Drill:
        """Hold what was restored against the manifest."""
        try:
            await asyncio.to_thread(self._finish)
        except DumpFailed as error:
            return failed(manifest, str(error), begun, source)
        async with connected(self._address) as connection:
            rows = await count_rows(connection)
        return Drill(
            id=manifest.id,
            drilled_at=datetime.now(UTC),
            seconds=round(time.monotonic() - begun, 3),
            rows=sum(rows.values()),
            source=source,
            read_back=read_back,
            error=difference(manifest.rows, rows),
        )

    def _finish(self) -> None:
        if self._restoring is not None:
            self._restoring.finish()

    def close(self) -> None:
        """End the program that restores, if it still runs."""
        self._stack.close()


class Restoring:
    """pg_restore, as the sink of an archive."""

    def __init__(self, program: Running) -> None:
        self._program, self._input = program, cast(IO[bytes], program.process.stdin)

    def write(self, data: bytes) -> None:
        """Hand it on. Raises BrokenPipeError where pg_restore has ended."""
        left = memoryview(data)
        while left:
            left = left[self._input.write(left) :]

    def finish(self) -> None:
        """The archive's end; once is enough. Raises ProgramFailed with what pg_restore said."""
        with suppress(BrokenPipeError):
            self._input.close()
        self._program.end_well(FINISH_WITHIN)


class Nowhere:
    """A sink that keeps nothing."""

    def write(self, data: bytes) -> None:
        """Drop it."""


def difference(expected: dict[str, int], found: dict[str, int]) -> str | None:
    """The first table that has not the rows that it should have; None where all have."""
    for table in sorted(expected.keys() | found.keys()):
        if expected.get(table) != found.get(table):
            return (
                f"{table} has {found.get(table, 'no')} rows instead of {expected.get(table, 'none at all')}"
            )
    return None


def failed(
    manifest: Manifest, error: str, begun: float, source: Literal["stored", "stream"] = "stored"
) -> Drill:
    """A drill that found the dump not to be good."""
    log.error("the dump %s is not good: %s", manifest.id, error)
    return Drill(
        id=manifest.id,
        drilled_at=datetime.now(UTC),
        seconds=round(time.monotonic() - begun, 3),
        rows=0,
        source=source,
        read_back=False,
        error=error,
    )


async def keep_proven(dump: Dump, proof: Drill, workshop: Workshop) -> None:
    """Copy it to where no lifecycle rule reaches; the newest two there that are whole and proven stay."""
    store, folder = workshop.backups, workshop.settings.dump_folder("proven")
    if dump.folder != folder:
        target = replace(dump, folder=folder)
        digest = hashlib.sha256()

        async def hashed(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
            async for piece in body:
                digest.update(piece)
                yield piece

        async with store.read(dump.key) as found:
            await store.put(target.key, hashed(found.body), content_type="application/octet-stream")
        if digest.hexdigest() != dump.manifest.sha256:
            await store.delete(target.key)
            raise DumpFailed("its copy for the proven ones did not come out the same")
        await catalogue.write(store, folder + dump.id + DRILL, proof)
        await catalogue.write(store, folder + dump.id + MANIFEST, dump.manifest)
    there = [
        found for found in (await catalogue.read(store, workshop.settings)).dumps if found.folder == folder
    ]
    kept = [found for found in there if found.is_proven and found.trouble is None][:KEPT_PROVEN]
    for old in there:
        if old not in kept and len(kept) == KEPT_PROVEN:
            for key in old.keys:
                await store.delete(key)
