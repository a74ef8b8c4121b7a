"""Calls at a steady pace beside other load, in turn, so many a second.

    python -m tools.bench.paced --url http://127.0.0.1:8000 --calls FILE --rate 100 --seconds 5

`FILE` holds lines as `tools.bench.load.Call.line` writes them. Prints JSON: how many were answered, how fast.
A program of its own, on bare sockets, so that it takes little of the time of what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from urllib.parse import urlsplit

import click

# How many calls may wait at once: for the disk, or because they are refused after a pause.
CONNECTIONS = 32


async def send(
    url: str, lines: list[str], rate: float, seconds: float, up_to_status: int
) -> dict[str, float]:
    """Send all calls; those that are answered with a larger status don't count."""
    began = time.perf_counter()
    due = iter(range(int(rate * seconds)))
    done: list[float] = []
    where = urlsplit(url)

    async def worker() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for number in due:
            await asyncio.sleep(max(0, began + number / rate - time.perf_counter()))
            asked = time.perf_counter()
            writer.write(encoded(lines[number % len(lines)]))
            if 200 <= await answered(reader) <= up_to_status:
                done.append(time.perf_counter() - asked)
        writer.close()

    await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
    took = time.perf_counter() - began
    done.sort()
    return {
        "per_second": len(done) / max(took, seconds),
        "p50_ms": done[len(done) // 2] * 1000 if done else 0.0,
        "p99_ms": done[len(done) * 99 // 100] * 1000 if done else 0.0,
    }


def encoded(line: str) -> bytes:
    """The request as bytes."""
    method, path, key, body = line.rstrip("\n").split("\t")
    lines = (
        f"{method} {path} HTTP/1.1",
        "host: bench",
        f"api-key: {key}",
        "content-type: application/json",
        f"content-length: {len(body.encode())}",
        "",
        body,
    )
    return "\r\n".join(lines).encode()


async def answered(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, whose body is read and discarded."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = next((line for line in head.split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    await reader.readexactly(int(length.split(b":")[1]))
    return int(head.split()[1])


def main() -> None:
    """Send the calls and print the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", required=True)
    parser.add_argument("--calls", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--up-to-status", type=int, default=299)
    chosen = parser.parse_args()
    lines = chosen.calls.read_text().splitlines()
    click.echo(
        json.dumps(asyncio.run(send(chosen.url, lines, chosen.rate, chosen.seconds, chosen.up_to_status)))
    )


if __name__ == "__main__":
    main()
