"""pg_restore at the end of an archive's way: into a database, or to see that it can be read to its end."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

from config.addresses import DatabaseAddress
from server.operations.dumps.errors import DumpDamaged, DumpFailed
from server.operations.dumps.manifest import Manifest
from tasks.dumps.channel import Sink
from tasks.dumps.postgres import Running, clients, running
from tasks.dumps.unpacking import unpack

# Faster into a database that is nobody's yet: what a crash loses here is made again.
OPTIONS = "-c synchronous_commit=off -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"

# How long pg_restore may take after the archive's last byte: indexes and checks. Seconds.
FINISH_WITHIN = 4 * 3600


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
    """A dump's archive to its end into the sink, its stored bytes held against the manifest.

    Raises:
        DumpDamaged: they are not those that were stored.
        DumpFailed: they are, and all the same they could not be unpacked or restored.
    """
    read = await unpack(stored, sink, identity=identity, on_progress=on_progress)
    if manifest is not None and (read.sha256, read.size) != (manifest.sha256, manifest.stored_bytes):
        raise DumpDamaged("its bytes differ from those that were stored")
    if read.trouble is not None and not isinstance(read.trouble, BrokenPipeError):
        raise DumpFailed(str(read.trouble)) from read.trouble
    if isinstance(sink, Restoring):  # after a broken pipe, it says why
        await asyncio.to_thread(sink.finish)
