"""Live streams that nobody reads, on a real `perch up`: what each costs.

    .venv/bin/python -m tools.bench.unread --connections 10000

Two web processes. Clients open their streams on real sockets and never read again, while very many tweets are
published in one go; then others come that have missed these, and do not read them either. What is measured is
how the proportional set size of the web processes grows, at its highest, divided by the streams. What the
kernel keeps for sockets counts separately: `kernel_kib` is what all of the machine's TCP sockets hold, the
clients' ends included, from /proc/net/sockstat.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import resource
import select
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import httpx

from tests.realtime.listening import listening
from tests.whole.conftest import Perch, running
from tools.bench.streams import MEMBERS, memory

# The tweets of a burst, and the length of each: half a megabyte per stream, many times the size of its
# socket's buffers.
BURST, LENGTH = 300, 1_000

# How many streams to open at once: unread streams are closed after a minute, and by then all must be open.
OPENING = 64

# The smallest buffer in bytes that the kernel gives a client, so that the server's end soon fills up.
BUFFER = 4_096

# The seconds after a burst during which memory is measured.
LOOKED_AT = 10

PUBLISH = """
    INSERT INTO tweets (author_id, content) SELECT $1, repeat('x', $2::int) FROM generate_series(1, $3::int)
"""


@contextlib.contextmanager
def unread(perch: Perch, keys: list[str], last: str = "") -> Iterator[list[socket.socket]]:
    """Open a stream for each key, which is read until it is open and never again."""
    port = int(perch.settings["PORT"])
    opened: list[socket.socket] = []
    try:
        with ThreadPoolExecutor(OPENING) as opening:
            for stream in opening.map(lambda key: opened_stream(port, key, last), keys):
                opened.append(stream)
        yield opened
    finally:
        for stream in opened:
            stream.close()


def opened_stream(port: int, key: str, last: str) -> socket.socket:
    """Read until the stream is open. Raises ClickException if it doesn't open."""
    stream = socket.socket()
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    stream.settimeout(60)
    stream.connect(("127.0.0.1", port))
    headers = f"host: bench\r\napi-key: {key}\r\nlast-event-id: {last}\r\n"
    stream.sendall(f"GET /api/stream HTTP/1.1\r\n{headers}\r\n".encode())
    answer = b""
    while b"event: open\n" not in answer:
        if not (more := stream.recv(1024)):
            raise click.ClickException(f"a stream does not open: {answer.decode()}")
        answer += more
    return stream


def lost(streams: list[socket.socket]) -> int:
    """How many of the streams the server has closed; nothing has to be read to know that."""
    closed = select.poll()
    for stream in streams:
        closed.register(stream, select.POLLRDHUP)
    return len(closed.poll(0))


def in_the_kernel() -> int:
    """The memory of all TCP sockets of the machine, in KiB."""
    line = next(line for line in Path("/proc/net/sockstat").read_text().splitlines() if line[:4] == "TCP:")
    return int(line.split(" mem ")[1].split()[0]) * resource.getpagesize() // 1024


async def highest(perch: Perch, seconds: float) -> tuple[float, int]:
    """The peak memory in this time of the web processes, and of the kernel's sockets. Both in KiB."""
    found = []
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        found.append((memory(perch), in_the_kernel()))
        await asyncio.sleep(0.5)
    return max(own for own, _ in found), max(kernel for _, kernel in found)


async def measure(perch: Perch, connections: int) -> dict[str, object]:
    """Measure everything on a running server."""
    async with httpx.AsyncClient(base_url=perch.url, timeout=30) as client:
        author, reader, *members = await perch.register(client, 2 + min(MEMBERS, connections))
        keys = [members[number % len(members)].key or "" for number in range(connections)]
        database = await perch.connect()
        await author.tweet("warm")
        async with listening(perch.url, reader) as heard:
            before, kernel = memory(perch), in_the_kernel()
            click.echo(f"opening {connections} streams", err=True)
            with unread(perch, keys) as streams:
                quiet = memory(perch)
                last = heard.last_id
                await database.execute(PUBLISH, author.id, LENGTH, BURST)
                fresh = await highest(perch, LOOKED_AT)
                await heard.wait_for("tweet", BURST, within=60)
                gone = lost(streams)
            # These streams have missed the burst and request it.
            click.echo("others come that have missed it", err=True)
            await asyncio.sleep(5)  # the first streams are closed
            with unread(perch, keys, last) as streams:
                behind = await highest(perch, LOOKED_AT)
                gone += lost(streams)
            kinds = set(heard.kinds)
        await database.close()
    return {
        "connections": connections,
        "burst_kib": BURST * LENGTH // 1024,
        "kib_quiet": round((quiet - before) / connections, 1),
        "kib_fresh": round((fresh[0] - before) / connections, 1),
        "kib_behind": round((behind[0] - before) / connections, 1),
        "kernel_kib": [round((found - kernel) / connections, 1) for _, found in (fresh, behind)],
        "lost_streams": gone,
        "quick_client_was_reset": "reset" in kinds,
    }


def main() -> None:
    """Measure, and print the result as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--connections", type=int, default=10_000, help="streams that nobody reads")
    chosen = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < chosen.connections + 500:
        parser.error(f"ulimit -Hn: {hard} open files are too few for {chosen.connections} streams")
    with tempfile.TemporaryDirectory() as name, running(Path(name), WEB_CONCURRENCY="2") as perch:
        click.echo(json.dumps(asyncio.run(measure(perch, chosen.connections)), indent=2))


if __name__ == "__main__":
    main()
