"""Our own PostgreSQL for commands, whether or not `perch up` is running."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config.settings import Settings
from server.processes import lock
from server.processes.embedded import EmbeddedUnavailable, Folders, postgres


@contextmanager
def database_for_command(settings: Settings, *, begins: bool = False) -> Iterator[None]:
    """Run our own PostgreSQL while a command needs it, unless `perch up` runs it already.

    Args:
        begins: whether the command may be the first to use this data, and so create the database.

    Raises:
        EmbeddedUnavailable: it doesn't start, or there is no database.
    """
    if not settings.embedded_database:
        yield
        return
    folders = Folders(settings.data_folder)
    folders.require_folders()
    if not begins and not (folders.postgres / "PG_VERSION").exists():
        raise EmbeddedUnavailable(
            f"DATA_DIR: there is no Perch in {folders.data}: check the folder, or start one with `perch up` "
            "(some commands have --create)"
        )
    folders.create()
    try:
        lock.acquire(folders.data, patience=0)
    except lock.FolderInUse:  # it runs
        yield
        return
    program = postgres(settings)
    pid = program.start()
    try:
        deadline = time.monotonic() + program.ready_within
        while program.ready and not program.ready():
            if time.monotonic() > deadline or os.waitpid(pid, os.WNOHANG) != (0, 0):
                raise EmbeddedUnavailable(f"PostgreSQL doesn't start: {program.explain()}")
            time.sleep(0.05)
        yield
    finally:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, program.stop_signal)
            os.waitpid(pid, 0)
        lock.release()
