"""Open streams on a real `perch up`: when each gets a tweet, and what each costs in memory.

    .venv/bin/python -m tests.bench.streams --connections 1000 --seconds 30

Two web processes, a thousand members or fewer in rotation, a tweet a second. The time counts from the answer
to who tweets, which is after the commit, to the arrival at each stream's socket, in the clock of one process.
Memory is the proportional set size of the web processes, before and with all streams open.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import click
import httpx

from tests.callers import Caller
from tests.whole.conftest import Perch, running

# People who listen, in rotation.
MEMBERS = 500


@dataclass
class Measured:
    """When each tweet was answered, and when it came to each stream, by its text."""

    sent: dict[str, float] = field(default_factory=dict)
    came: dict[str, list[float]] = field(default_factory=dict)
    opened: int = 0
    lost: int = 0


async def listen(perch: Perch, who: Caller, measured: Measured) -> None:
    """One stream on a bare socket: the client is to cost as little as it can."""
    port = int(perch.settings["PORT"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(f"GET /api/stream HTTP/1.1\r\nhost: bench\r\napi-key: {who.key}\r\n\r\n".encode())
    measured.opened += 1
    try:
        while line := await reader.readline():
            if line.startswith(b'data: {"type":"tweet"'):
                now = time.perf_counter()
                text = json.loads(line[6:])["tweet"]["content"]
                measured.came.setdefault(text, []).append(now)
        measured.lost += 1
    finally:
        writer.close()


def memory(perch: Perch) -> float:
    """The web processes' proportional set size, in KiB."""
    total = 0
    for pid, command in perch.children().items():
        if command.rstrip().endswith("perch up"):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


async def measure(perch: Perch, connections: int, seconds: int) -> dict[str, object]:
    """All of it, on a running server."""
    async with httpx.AsyncClient(base_url=perch.url, timeout=30) as client:
        (author,) = await perch.register(client)
        members = await perch.register(client, min(MEMBERS, connections))
        measured = Measured()
        await author.tweet("warm")
        before = memory(perch)
        streams = []
        for number in range(connections):
            who = members[number % len(members)]
            streams.append(asyncio.create_task(listen(perch, who, measured)))
            if number % 100 == 99:
                await asyncio.sleep(0.2)
                click.echo(f"{number + 1} of {connections} streams", err=True)
        await asyncio.sleep(2)
        with_streams = memory(perch)
        for number in range(seconds):
            text = f"tweet {number}"
            await author.tweet(text)
            measured.sent[text] = time.perf_counter()
            await asyncio.sleep(1)
        await asyncio.sleep(2)
        afterwards = memory(perch)
        for stream in streams:
            stream.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*streams, return_exceptions=True)
    delays = sorted(
        max(0.0, came - sent) * 1000
        for text, sent in measured.sent.items()
        for came in measured.came.get(text, [])
    )
    expected = connections * len(measured.sent)
    return {
        "connections": connections,
        "tweets": len(measured.sent),
        "delivered": len(delays),
        "expected": expected,
        "lost_streams": measured.lost,
        "p50_ms": round(statistics.median(delays)),
        "p95_ms": round(delays[int(len(delays) * 0.95)]),
        "p99_ms": round(delays[int(len(delays) * 0.99)]),
        "max_ms": round(delays[-1]),
        "kib_per_stream": round((with_streams - before) / connections, 1),
        "kib_per_stream_after": round((afterwards - before) / connections, 1),
        "cores": os.cpu_count(),
    }


def main() -> None:
    """Measure, and print the result as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--connections", type=int, default=1_000, help="streams that are open at once")
    parser.add_argument("--seconds", type=int, default=30, help="how long, with a tweet each second")
    chosen = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, chosen.connections + 1_000), hard))
    with tempfile.TemporaryDirectory() as name, running(Path(name), WEB_CONCURRENCY="2") as perch:
        click.echo(json.dumps(asyncio.run(measure(perch, chosen.connections, chosen.seconds)), indent=2))


if __name__ == "__main__":
    main()
