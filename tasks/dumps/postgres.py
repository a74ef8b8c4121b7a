"""PostgreSQL's own programs and a connection of our own, for dumps and restore tests."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg

from config import programs
from config.database_address import DatabaseAddress
from server.core.database.connecting import connect
from server.operations import server_key
from server.operations.dumps.errors import DumpFailed, ProgramFailed

CONNECT_TIMEOUT = 10  # seconds

# The bytes that a pipe holds: as much as Linux allows without privileges, so that both sides work in
# parallel.
PIPE_BYTES = 1 << 20

# Tables whose rows no dump holds: someone who can read a dump must not be able to sign another.
WITHHELD = (server_key.TABLE,)

# Every table with people's data or our own, whatever its schema.
TABLES = """
    SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid =
    c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND
    n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2
"""

# How many characters are kept of the end of a failing program's output.
TAIL = 500


@asynccontextmanager
async def connected(
    address: DatabaseAddress, database: str | None = None
) -> AsyncIterator[asyncpg.Connection]:
    """A connection without the timeouts of requests, to this database or another one on its server."""
    chosen = address if database is None else replace(address, database=database)
    connection = await connect(
        chosen,
        within=CONNECT_TIMEOUT,
        server_settings={"application_name": "perch dump"},
        # A restored database may bring a search path that puts other functions before PostgreSQL's. We set it
        # afterwards, not as a startup parameter, which PgBouncer refuses.
        session={"search_path": "public"},
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT)


def clients(version: int, address: DatabaseAddress | None = None) -> Path:
    """The folder of pg_dump and pg_restore that fit a server or dump of this version, and this address.

    Raises DumpFailed.
    """
    try:
        return programs.clients_for(version, tls=address is not None and address.needs_tls)
    except LookupError as error:
        raise DumpFailed(str(error)) from None


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    """The number of rows in the connection's snapshot, for each table whose rows dumps hold."""
    counted = {}
    for table in await connection.fetch(TABLES):
        if table["name"] in WITHHELD:
            continue
        name = quoted(table["schema"], table["name"])
        counted[f"{table['schema']}.{table['name']}"] = await connection.fetchval(
            f"SELECT count(*) FROM {name}"
        )
    return counted


def quoted(*names: str) -> str:
    """A quoted identifier for SQL."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


class Running:
    """A running program of PostgreSQL. Its messages go into an anonymous file, so that it never blocks."""

    def __init__(self, process: subprocess.Popen[bytes], said: int) -> None:
        self.process, self._said = process, said

    def kill(self) -> None:
        """End it now, if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()

    def end_well(self, timeout: float) -> None:
        """Wait for it to end.

        Raises:
            ProgramFailed: it failed, or does not end; with the end of its output.
        """
        program = Path(str(self.process.args[0])).name  # type: ignore[index]
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"{program} didn't finish within {timeout:.0f} s") from None
        if code != 0:
            words = " ".join(os.pread(self._said, 1 << 16, 0).decode(errors="replace").split())
            raise ProgramFailed(f"{program} exited with {code}: {words[-TAIL:] or 'it printed nothing'}")

    def close(self) -> None:
        """End it, and close its pipes."""
        self.kill()
        self.process.wait()
        os.close(self._said)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and not pipe.closed:
                with suppress(OSError):
                    pipe.close()


@contextmanager
def running(
    folder: Path,
    program: str,
    address: DatabaseAddress | None,
    arguments: Sequence[str],
    options: str | None = None,
    **pipes: Any,
) -> Iterator[Running]:
    """Run a program of PostgreSQL; it is killed if the block is left before it has ended.

    The password is passed in an anonymous file that only this child inherits: it shows neither in arguments
    nor in any environment, and nothing is left on the disk.
    """
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    environment["PGCONNECT_TIMEOUT"] = str(CONNECT_TIMEOUT)
    if options is not None:
        environment["PGOPTIONS"] = options
    command, keep = [str(folder / program)], []
    if address is not None:
        command += [f"--dbname={conninfo(address.database)}", "--no-password"]
        environment |= address.libpq_environment()
        if address.password is not None:
            keep.append(password_file(address.password))
            environment["PGPASSFILE"] = f"/proc/self/fd/{keep[0]}"
    said = os.memfd_create("said")
    try:
        process = subprocess.Popen(
            [*command, *arguments],
            env=environment,
            pass_fds=keep,
            stderr=said,
            start_new_session=True,
            bufsize=0,
            **pipes,
        )
    except BaseException:
        os.close(said)
        raise
    finally:
        for descriptor in keep:
            os.close(descriptor)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    found = Running(process, said)
    try:
        yield found
    finally:
        found.close()


def conninfo(database: str) -> str:
    """The name in a form for `--dbname`, which would read a plain name with a = in it as parameters."""
    escaped = database.replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{escaped}'"


def password_file(password: str) -> int:
    """An anonymous password file in libpq's format; returns its descriptor."""
    descriptor = os.memfd_create("pgpass")
    os.fchmod(descriptor, 0o600)  # libpq refuses a file that others could read
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    os.write(descriptor, f"*:*:*:*:{escaped}\n".encode())
    return descriptor
