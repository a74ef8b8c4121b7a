"""A dump by Perch against the bare tools, `pg_dump -Fc -Z0 | zstd -3`, in turn; and memory meanwhile.

    .venv/bin/python -m tools.bench.dumps --mib 1024 --rounds 5

The other side is `pg_dump` writing into the program `zstd -3`, to a file on the same disk; `zstd` has to be
installed. Perch's side is `tasks.dumps.making.make` into the local store, in a process of its own whose peak
of resident memory is read from the kernel.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import click

from config.programs import clients_for
from config.settings import Settings
from server.core.database import migrate, own_server
from server.core.database.connection import database
from storage.local import LocalStore
from tasks.broker import create_broker
from tasks.dumps import making
from tasks.jobs import QueuedJobs
from tasks.workshop import Workshop
from tests import servers

# Words to make texts of, so that they compress about as well as people's.
FILL = """
    INSERT INTO tweets (author_id, content)
    SELECT 1, (SELECT string_agg(substr(md5((n * 31 + w)::text), 1, 2 + (n + w) % 7), ' ')
               FROM generate_series(1, 40) w)
    FROM generate_series(1, $1::int) n
"""

MIB = 1 << 20


async def fill(settings: Settings, mib: int) -> int:
    """Grow the database to this size; returns its size in bytes."""
    await own_server.create_database(settings.database)
    await migrate.upgrade(settings.database)
    connection = await asyncpg.connect(**settings.database.connect_arguments())
    await connection.execute("INSERT INTO users (handle, name) VALUES ('alice', 'Alice')")
    size = 0
    while size < mib * MIB:
        await connection.execute(FILL, 100_000, timeout=600)
        size = await connection.fetchval("SELECT pg_database_size(current_database())")
        click.echo(f"filling: {size // MIB} of {mib} MiB", err=True)
    await connection.close()
    return size


async def one(settings: Settings) -> None:
    """Perch's side, in this process: prints the seconds, and the peak above the initial memory in MiB."""
    store = LocalStore(settings.backup_folder)
    await store.open()
    broker = create_broker(settings.redis_tasks)
    async with database(settings, name="bench"):
        workshop = Workshop.of(settings, store, store, QueuedJobs(broker))
        before = memory()
        started = time.monotonic()
        manifest = await making.make("hour", datetime.now(UTC), workshop)
        seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(json.dumps({"seconds": seconds, "above_idle": peak - before, "stored": manifest.stored_bytes}))


def memory() -> float:
    """The resident memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def perch(folder: Path) -> dict[str, float]:
    """Make one dump with Perch."""
    command = [sys.executable, "-m", "tools.bench.dumps", "--one", str(folder)]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    shutil.rmtree(folder / "backups", ignore_errors=True)
    return result


def bare(settings: Settings, folder: Path) -> dict[str, float]:
    """Make one dump with the bare tools."""
    programs = clients_for(18)
    out = folder / "bare.zst"
    dump = [str(programs / "pg_dump"), "-Fc", "-Z0", "-h", settings.database.host, "-U", "perch", "perch"]
    started = time.monotonic()
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
        subprocess.run(["zstd", "-3", "-q", "-f", "-o", str(out)], stdin=source.stdout, check=True)
    with out.open("rb") as written:
        os.fsync(written.fileno())
    seconds = time.monotonic() - started
    size = out.stat().st_size
    out.unlink()
    return {"seconds": seconds, "stored": size}


def main() -> None:
    """Measure, and print the table as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mib", type=int, default=1024, help="size of the database")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side dumps, in turn")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        settings = Settings(_env_file=None, data_dir=chosen.one, mode="TEST")  # type: ignore[call-arg]
        asyncio.run(one(settings))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with servers.embedded_servers(folder) as settings:
            size = asyncio.run(fill(settings, chosen.mib))
            sides: dict[str, list[dict[str, float]]] = {"perch": [], "bare": []}
            for number in range(chosen.rounds):
                sides["bare"].append(bare(settings, folder))
                sides["perch"].append(perch(folder))
                click.echo(f"round {number + 1} of {chosen.rounds}", err=True)
    medians = {name: statistics.median(m["seconds"] for m in found) for name, found in sides.items()}
    click.echo(
        json.dumps(
            {
                "database_mib": size // MIB,
                "cores": os.cpu_count(),
                "perch_s": round(medians["perch"], 2),
                "bare_s": round(medians["bare"], 2),
                "ratio": round(medians["perch"] / medians["bare"], 3),
                "memory_above_idle_mib": round(max(m["above_idle"] for m in sides["perch"]), 1),
                "stored_mib": {name: round(found[0]["stored"] / MIB) for name, found in sides.items()},
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
