"""The rows measured by separate programs: live streams and dumps."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tools.bench.load import BenchFailed
from tools.bench.row import Row
from tools.bench.stage import Stage

DELAY_MS, KB_EACH, KB_UNREAD = 500, 30, 64
BEHIND_S = 2
DUMP_TIMES, DUMP_MIB = 1.1, 80


def streams(stage: Stage) -> list[Row]:
    """One row for each number of connections."""
    return [streams_row(stage, connections) for connections in ((1_000,) if stage.quick else (5_000, 10_000))]


def streams_row(stage: Stage, connections: int) -> Row:
    """The row for a tweet a second to this many connections."""
    seconds = 5 if stage.quick else 20
    found = output("streams", "--connections", str(connections), "--seconds", str(seconds))
    delay, kilobytes = found["delay_ms"], found["kib_per_stream_after"] * 1.024
    complete = found["delivered"] == found["expected"]
    return Row(
        f"live stream: {connections:,} connections on 2 processes, one tweet a second",
        "",
        f"every client has it: p95 <= {DELAY_MS} ms after the commit; <= {KB_EACH} kB memory a connection",
        f"{found['delivered']:,} of {found['expected']:,} delivered, p95 {delay['p95']:.0f} ms, "
        f"{kilobytes:.0f} kB",
        complete and delay["p95"] <= DELAY_MS and kilobytes <= KB_EACH,
        [f"p50 {delay['p50']:.0f} ms, at most {delay['max']:.0f} ms; {found['lost_streams']} streams lost"],
    )


def unread(stage: Stage) -> list[Row]:
    """The row for streams that nobody reads."""
    connections = 1_000 if stage.quick else 10_000
    found = output("unread", "--connections", str(connections))
    fresh, behind = (found[name] * 1.024 for name in ("kib_fresh", "kib_behind"))
    kernel = max(found["kernel_kib"]) * 1.024
    return [
        Row(
            f"live stream: {connections:,} connections that never read; a burst of {found['burst_kib']} KiB",
            "",
            f"<= {KB_UNREAD} kB memory a connection, new or catching up; others are not reset",
            f"{fresh:.0f} kB new, {behind:.0f} kB catching up",
            max(fresh, behind) <= KB_UNREAD
            and not found["lost_streams"]
            and not found["quick_client_was_reset"],
            [
                f"the kernel's buffers besides: {kernel:.0f} kB a connection, the clients' ends included",
                f"{found['lost_streams']} streams were closed meanwhile",
            ],
        )
    ]


def burst(stage: Stage) -> list[Row]:
    """How late an event arrives after a burst of likes and unlikes."""
    seconds = 4 if stage.quick else 10
    found = output("burst", "--seconds", str(seconds))
    return [
        Row(
            f"live stream after {seconds} s of likes and unlikes, a minute after the start",
            "",
            f"a tweet reaches it <= {BEHIND_S} s after its commit, and no event is left waiting",
            f"a tweet after {found['delay_s']} s, no event waiting after {found['drained_s']} s",
            max(found["delay_s"], found["drained_s"]) <= BEHIND_S,
            [f"{found['acts_per_second']:,} acts a second; {found['waiting']:,} rows waited behind them"],
        )
    ]


def dump(stage: Stage) -> list[Row]:
    """A dump of a database of 1 GiB to the local disk."""
    mib, rounds = (128, 2) if stage.quick else (1024, 5)
    found = output("dumps", "--mib", str(mib), "--rounds", str(rounds))
    ratio, memory = found["ratio"], found["memory_above_idle_mib"]
    return [
        Row(
            f"dump of a database of {found['database_mib']} MiB",
            "`pg_dump -Fc -Z0 | zstd -3` to a file",
            f"<= {DUMP_TIMES}x its time; worker memory <= {DUMP_MIB} MiB above idle",
            f"{ratio}x ({found['perch_s']} s against {found['bare_s']} s), {memory:.0f} MiB",
            ratio <= DUMP_TIMES and memory <= DUMP_MIB,
        )
    ]


def output(name: str, *options: str) -> dict[str, Any]:
    """The output of a program of `tools.bench`."""
    command = [sys.executable, "-m", f"tools.bench.{name}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchFailed(f"tools.bench.{name}: {done.stderr[-600:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
