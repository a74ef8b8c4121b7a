"""Making a dump: pg_dump's output is packed while it streams into the store; the manifest comes last."""

from __future__ import annotations

import asyncio
import logging
import secrets
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from typing import IO, Any, cast

import asyncpg

from config.database_address import DatabaseAddress
from config.programs import major_version
from config.version import VERSION
from server.operations import runs, server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.catalogue import ARCHIVE, DRILL, ENCRYPTED_ARCHIVE, MANIFEST
from server.operations.dumps.errors import DumpFailed
from server.operations.dumps.manifest import Drill, DumpKind, Manifest
from server.operations.runs import Claim
from server.operations.scheduled_run import RunKind
from tasks.dumps import drills, pg_restore, space
from tasks.dumps.packing import Packing
from tasks.dumps.pg_restore import Restoring
from tasks.dumps.postgres import WITHHELD, Running, clients, connected, count_rows, running
from tasks.dumps.scratch import scratch
from tasks.leases import cancelled
from tasks.workshop import Workshop, require_ours

log = logging.getLogger(__name__)

KIND_OF_RUN: dict[RunKind, DumpKind] = {
    RunKind.DUMP_HOUR: "hour",
    RunKind.DUMP_DAY: "day",
    RunKind.DUMP_WEEK: "week",
}

# How many seconds pg_dump may take to exit after its last byte.
LAST_WORDS = 60

MIGRATIONS = "SELECT version FROM aerich WHERE app = 'models' ORDER BY id"


async def make_scheduled(claim: Claim, workshop: Workshop) -> dict[str, Any]:
    """Make the dump of a slot. If an earlier holder died in its last step, its dump is used instead."""
    kind = KIND_OF_RUN[claim.kind]
    known = await of_slot(kind, claim.slot, workshop) if claim.attempt > 1 else None
    if known is not None:
        return summary(known.manifest)
    manifest = await make(
        kind,
        claim.slot,
        workshop,
        still_wanted=lambda: runs.renew(claim),
    )
    return summary(manifest)


async def of_slot(kind: DumpKind, slot: datetime, workshop: Workshop) -> catalogue.Dump | None:
    """The complete dump for this slot, if there is one."""
    keyring = await server_keys.keyring()
    found = (await catalogue.read(workshop.backups, workshop.settings, keyring)).dumps
    mine = (dump for dump in found if (dump.manifest.kind, dump.manifest.slot) == (kind, slot))
    return next((dump for dump in mine if dump.trouble is None and dump.is_signed), None)


def summary(manifest: Manifest) -> dict[str, Any]:
    """What a run's row says about a dump."""
    return {
        "dump": manifest.id,
        "sha256": manifest.sha256,
        "stored_bytes": manifest.stored_bytes,
        "rows": sum(manifest.rows.values()),
        "seconds": manifest.seconds,
    }


async def make(
    kind: DumpKind,
    slot: datetime,
    workshop: Workshop,
    *,
    still_wanted: Callable[[], Any] | None = None,
) -> Manifest:
    """Dump the database into the store of backups.

    Args:
        still_wanted: called before the manifest is written, as another holder may have taken over meanwhile.

    Raises:
        DumpFailed: with the reason. Nothing that could be mistaken for a dump is left, except if the restore
        test in the stream failed: then the dump exists along with the test's result.
    """
    return await drills.within_limit(_make(kind, slot, workshop, still_wanted), workshop.settings)


async def _make(
    kind: DumpKind,
    slot: datetime,
    workshop: Workshop,
    still_wanted: Callable[[], Any] | None,
) -> Manifest:
    settings, store = workshop.settings, workshop.backups
    await require_ours(store)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(connected(settings.database))
        database_bytes = await connection.fetchval("SELECT pg_database_size(current_database())")
        await look_at_space(workshop, kind, database_bytes)
        maker = Maker(kind, slot, workshop, connection, database_bytes)
        if settings.dump_age_recipient is not None:
            maker.scratch = await stack.enter_async_context(scratch(settings))
        manifest = await maker.run()
        if still_wanted is not None and not await still_wanted():
            await store.delete(manifest.key)
            raise DumpFailed("another worker has taken over this dump")
        folder, keyring = settings.dump_folder(kind), await server_keys.signing()
        if maker.drill is not None:
            await catalogue.write(store, folder + manifest.id + DRILL, maker.drill, keyring)
        await catalogue.write(store, folder + manifest.id + MANIFEST, manifest, keyring)
    log.info("dumped %d rows into %s", sum(manifest.rows.values()), manifest.id)
    if maker.drill is not None and maker.drill.error is not None:
        reason = f"the dump {manifest.id} was made, but its restore test failed: {maker.drill.error}"
        raise DumpFailed(reason, summary(manifest))
    return manifest


class Maker:
    """One dump being made, from one snapshot of the database."""

    def __init__(
        self,
        kind: DumpKind,
        slot: datetime,
        workshop: Workshop,
        connection: asyncpg.Connection,
        database_bytes: int,
    ) -> None:
        self._kind, self._slot, self._workshop = kind, slot, workshop
        self._connection, self._database_bytes = connection, database_bytes
        self._programs = clients(connection.get_server_version().major, workshop.settings.database)
        self._begun = time.monotonic()
        # The database in which an encrypted dump is restore-tested while it is made, and the result.
        self.scratch: DatabaseAddress | None = None
        self.drill: Drill | None = None

    async def run(self) -> Manifest:
        """Stream the archive into the store; return the contents of its manifest."""
        settings, started_at = self._workshop.settings, datetime.now(UTC)
        dump_id = f"{self._kind}-{self._slot:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        recipient = settings.dump_age_recipient
        key = settings.dump_folder(self._kind) + dump_id + (ENCRYPTED_ARCHIVE if recipient else ARCHIVE)
        with ExitStack() as stack:
            sink: Restoring | None = None
            if self.scratch is not None:
                version = major_version(self._programs / "pg_dump")
                sink = stack.enter_context(pg_restore.into(self.scratch, version))
            packing, rows, migrations = await self._dump(key, sink)
            manifest = Manifest(
                id=dump_id,
                kind=self._kind,
                slot=self._slot,
                key=key,
                stored_bytes=packing.stored_bytes,
                archive_bytes=packing.archive_bytes,
                database_bytes=self._database_bytes,
                sha256=packing.sha256,
                encryption="age" if recipient else None,
                recipient=recipient,
                rows=rows,
                migrations=migrations,
                perch_version=VERSION,
                server_version=".".join(map(str, self._connection.get_server_version()[:2])),
                client_version=major_version(self._programs / "pg_dump"),
                started_at=started_at,
                seconds=round(time.monotonic() - self._begun, 3),
            )
            if sink is not None:
                self.drill = await self._judge(manifest, sink)
        return manifest

    async def _judge(self, manifest: Manifest, sink: Restoring) -> Drill:
        """The result of the restore test in the stream; the dump stays even if the test fails."""
        try:
            await asyncio.to_thread(sink.finish)
            return await drills.judge(
                manifest, cast(DatabaseAddress, self.scratch), self._begun, source="stream"
            )
        except DumpFailed as error:
            return drills.verdict(manifest, self._begun, source="stream", error=str(error))

    async def _dump(self, key: str, copy: Restoring | None) -> tuple[Packing, dict[str, int], list[str]]:
        """Stream the archive into the store; return it with its snapshot's rows per table and migrations."""
        # If this fails, the transaction ends with the connection: a rollback could wait for a dead server.
        transaction = self._connection.transaction(isolation="repeatable_read", readonly=True)
        await transaction.start()
        # Counting may take as long as the dump does, and leaves the processors to it.
        for setting in (
            "idle_in_transaction_session_timeout",
            "statement_timeout",
            "max_parallel_workers_per_gather",
        ):
            await self._connection.execute(f"SET LOCAL {setting} = 0")
        snapshot = await self._connection.fetchval("SELECT pg_export_snapshot()")
        arguments = ["--format=custom", "--compress=0", f"--snapshot={snapshot}", "--no-password"]
        arguments += [f"--exclude-table-data=*.{table}" for table in WITHHELD]
        address = self._workshop.settings.database
        with running(self._programs, "pg_dump", address, arguments, stdout=subprocess.PIPE) as program:
            counting = asyncio.create_task(self._describe())
            try:
                packing = await self._store(key, program, copy)
                described = await counting
            finally:
                await cancelled(counting)
        await transaction.commit()
        return packing, *described

    async def _store(self, key: str, program: Running, copy: Restoring | None) -> Packing:
        packing = Packing(
            cast(IO[bytes], program.process.stdout),
            recipient=self._workshop.settings.dump_age_recipient,
            copy=copy,
            on_progress=self._workshop.on_progress,
        )

        async def body() -> AsyncIterator[bytes]:
            try:
                async for piece in packing:
                    yield piece
            except BaseException:
                program.kill()  # so that the thread that reads from it ends
                raise
            # This comes before the store takes the end of the stream for the end of a complete dump.
            await asyncio.to_thread(program.end_well, LAST_WORDS)

        try:
            await self._workshop.backups.put(key, body(), content_type="application/octet-stream")
        finally:
            packing.break_off()
        return packing

    async def _describe(self) -> tuple[dict[str, int], list[str]]:
        """Rows per table and migrations, in the snapshot that pg_dump reads from."""
        rows = await count_rows(self._connection)
        migrations = [record["version"] for record in await self._connection.fetch(MIGRATIONS)]
        return rows, migrations


async def look_at_space(workshop: Workshop, kind: DumpKind, database_bytes: int) -> None:
    """Raises DumpFailed if the local disk has no room; a dump is never larger than its database."""
    if workshop.settings.backup_kind != "local":
        return
    folder = workshop.settings.dump_folder(kind)
    known = [item.size async for item in workshop.backups.list(folder) if catalogue.is_ours(item.key)]
    expected = int(max(known) * 1.5) if known else database_bytes
    space.require(workshop.settings.backup_folder, expected, "the dump")
