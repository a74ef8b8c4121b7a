"""pg_restore as an archive's destination: to restore it, or only to check that it can be read to its end."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

from config.database_address import DatabaseAddress
from server.operations.dumps.errors import DumpDamaged, DumpFailed
from server.operations.dumps.manifest import Manifest
from tasks.dumps.channel import Sink
from tasks.dumps.postgres import Running, clients, running
from tasks.dumps.unpacking import unpack

# These make restoring faster. The database isn't in use yet: whatever a crash loses is restored again.
OPTIONS = "-c synchronous_commit=off -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"

# How many seconds pg_restore may take after the archive's last byte, for indexes and checks.
FINISH_WITHIN = 4 * 3600


class Restoring:
    """A running pg_restore as the sink of an archive."""

    def __init__(self, program: Running) -> None:
        self._program, self._input = program, cast(IO[bytes], program.process.stdin)

    def write(self, data: bytes) -> None:
        """Pass the data to pg_restore. Raises BrokenPipeError if it has ended."""
        left = memoryview(data)
        while left:
            left = left[self._input.write(left) :]

    def finish(self) -> None:
        """Mark the archive's end, once or more often. Raises ProgramFailed with pg_restore's message."""
        with suppress(BrokenPipeError):
            self._input.close()
        self._program.end_well(FINISH_WITHIN)


@contextmanager
def into(database: DatabaseAddress | None, version: int) -> Iterator[Restoring]:
    """Restore an archive of this version of pg_dump into an empty database; with None, into nothing."""
    arguments = ["--exit-on-error", "--no-owner", "--no-privileges"]
    options: str | None = OPTIONS
    if database is None:
        arguments, options = ["--file=/dev/null"], None
    programs = clients(version, database)
    with running(programs, "pg_restore", database, arguments, options, stdin=subprocess.PIPE) as program:
        yield Restoring(program)


async def send(
    stored: AsyncIterator[bytes],
    sink: Sink,
    manifest: Manifest | None,
    *,
    identity: str | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Send a dump's whole archive into the sink, and check its stored bytes against the manifest.

    Raises:
        DumpDamaged: the bytes are not those that were stored.
        DumpFailed: the bytes are right, but could not be unpacked or restored.
    """
    read = await unpack(stored, sink, identity=identity, on_progress=on_progress)
    if manifest is not None and (read.sha256, read.size) != (manifest.sha256, manifest.stored_bytes):
        raise DumpDamaged("its bytes differ from those that were stored")
    if read.trouble is not None and not isinstance(read.trouble, BrokenPipeError):
        raise DumpFailed(str(read.trouble)) from read.trouble
    if isinstance(sink, Restoring):  # after a broken pipe, this raises the reason
        await asyncio.to_thread(sink.finish)
