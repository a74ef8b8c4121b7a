"""Open streams on a real `perch up`: when each gets a tweet, what each costs, and what others wait meanwhile.

    .venv/bin/python -m tools.bench.streams --connections 5000 --seconds 30

Two web processes, a thousand members or fewer in rotation, a tweet a second. A delay counts from the response
to the author, which is after the commit, to the arrival at each stream's socket. Memory is the proportional
set size of the web processes, before and with all streams open. `get_ms` is what `GET /health/live` takes on
other connections, while all streams are quiet and with a tweet a second. A process may open as many files as
the system allows it (`ulimit -Hn`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import httpx

from tests.callers import Caller
from tests.whole.conftest import Perch, is_web, running
from tools.bench import sides
from tools.bench.listeners import Heard, Listeners

# The number of people who listen, in rotation.
MEMBERS = 1_000

# The number of streams per client process.
EACH = 5_000

# Connections that send other requests meanwhile, and the seconds between two requests of each.
PROBES, ASK_EVERY = 4, 0.01

# The seconds in which nothing happens; each stream has a heartbeat in that time.
QUIET = 20

HERTZ = os.sysconf("SC_CLK_TCK")


def web_processes(perch: Perch) -> list[int]:
    """The ids of the web processes."""
    return [pid for pid in perch.children() if is_web(pid)]


def memory(perch: Perch) -> float:
    """The proportional set size of the web processes, in KiB."""
    return sides.memory(web_processes(perch)) * 1024


def processor_time(perch: Perch) -> float:
    """The CPU time used by the web processes, in seconds."""
    fields = [
        Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split() for pid in web_processes(perch)
    ]
    return sum(int(field[11]) + int(field[12]) for field in fields) / HERTZ


async def ask(port: int, took: list[float]) -> None:
    """Send a small request repeatedly on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            began = time.monotonic()
            writer.write(b"GET /health/live HTTP/1.1\r\nhost: bench\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
            took.append(time.monotonic() - began)
            await asyncio.sleep(ASK_EVERY)
    finally:
        writer.close()


@contextlib.contextmanager
def asking(perch: Perch) -> Iterator[list[float]]:
    """How long answers take during the block."""
    took: list[float] = []
    probes = [asyncio.create_task(ask(int(perch.settings["PORT"]), took)) for _ in range(PROBES)]
    try:
        yield took
    finally:
        for probe in probes:
            probe.cancel()


def milliseconds(seconds: list[float]) -> dict[str, float]:
    """The distribution of the times."""
    found = sorted(each * 1000 for each in seconds)

    def at(share: float) -> float:
        return round(found[min(len(found) - 1, int(len(found) * share))], 1)

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": round(found[-1], 1)}


def listeners(perch: Perch, keys: list[str], last: str = "") -> list[Listeners]:
    """Client processes for this many streams, all of them open, which continue after the event `last`."""
    port = int(perch.settings["PORT"])
    started = [Listeners(port, keys[begin : begin + EACH], last) for begin in range(0, len(keys), EACH)]
    for each in started:
        if not each.opened(within=300):
            raise click.ClickException("the streams do not open")
    return started


async def tweeting(author: Caller, seconds: int) -> dict[str, tuple[float, float]]:
    """Publish a tweet a second; returns when each was sent and when it was answered, by its text."""
    told = {}
    for number in range(seconds):
        began = time.monotonic()
        await author.tweet(text := f"tweet {number}")
        told[text] = (began, time.monotonic())
        await asyncio.sleep(1)
    await asyncio.sleep(2)
    return told


async def coming_back(perch: Perch, keys: list[str], last: str) -> dict[str, float]:
    """All streams reconnect at once and get what they missed since `last`, as after a restart."""
    click.echo("all come back", err=True)
    opened = await asyncio.to_thread(listeners, perch, keys, last)
    await asyncio.sleep(1)
    heard = [await asyncio.to_thread(each.close) for each in opened]
    missed = sum(1 for _ in arrivals(heard))
    return {"seconds": round(max(each.opening_s for each in heard), 1), "tweets_each": missed / len(keys)}


async def coming_and_going(perch: Perch, keys: list[str], rounds: int) -> list[float]:
    """Open and close all streams this many times; returns the memory after each time, in KiB."""
    found = []
    for number in range(rounds):
        click.echo(f"all come and go, {number + 1} of {rounds}", err=True)
        for each in await asyncio.to_thread(listeners, perch, keys):
            await asyncio.to_thread(each.close)
        await asyncio.sleep(2)
        found.append(memory(perch))
    return found


async def measure(perch: Perch, connections: int, seconds: int, rounds: int) -> dict[str, object]:
    """Measure everything on a running server."""
    async with httpx.AsyncClient(base_url=perch.url, timeout=30) as client:
        (author,) = await perch.register(client)
        members = await perch.register(client, min(MEMBERS, connections))
        keys = [members[number % len(members)].key or "" for number in range(connections)]
        await author.tweet("warm")
        before = memory(perch)
        click.echo(f"opening {connections} streams", err=True)
        opened = await asyncio.to_thread(listeners, perch, keys)
        await asyncio.sleep(2)
        with_streams, used = memory(perch), processor_time(perch)
        await asyncio.sleep(QUIET)
        idle = processor_time(perch) - used
        with asking(perch) as quiet:
            await asyncio.sleep(seconds)
        used = processor_time(perch)
        with asking(perch) as meanwhile:
            told = await tweeting(author, seconds)
        busy = processor_time(perch) - used
        afterwards = memory(perch)
        heard = [await asyncio.to_thread(each.close) for each in opened]
        back = await coming_back(perch, keys, heard[0].began_at)
        left = await coming_and_going(perch, keys, rounds)
    from_request = [came - told[text][0] for text, came in arrivals(heard) if text in told]
    from_answer = [max(0.0, came - told[text][1]) for text, came in arrivals(heard) if text in told]
    return {
        "connections": connections,
        "tweets": len(told),
        "delivered": len(from_answer),
        "expected": connections * len(told),
        "lost_streams": sum(each.lost for each in heard),
        "resets": sum(each.resets for each in heard),
        "delay_ms": milliseconds(from_answer),
        "delay_from_request_ms": milliseconds(from_request),
        "opening_s": round(max(each.opening_s for each in heard), 1),
        "coming_back": back,
        "kib_per_stream": round((with_streams - before) / connections, 1),
        "kib_per_stream_after": round((afterwards - before) / connections, 1),
        "mib_left_after_rounds": [round((each - before) / 1024, 1) for each in left],
        "quiet_cpu_percent": round(100 * idle / QUIET, 1),
        "cpu_ms_per_tweet": round(1000 * busy / len(told)),
        "client_cpu_ms_per_tweet": round(1000 * sum(each.cpu_s for each in heard) / len(told)),
        "get_ms": {"quiet": milliseconds(quiet), "with_tweets": milliseconds(meanwhile)},
        "cores": os.cpu_count(),
    }


def arrivals(heard: list[Heard]) -> Iterator[tuple[str, float]]:
    """All arrivals of each text."""
    for each in heard:
        for text, times in each.came.items():
            for came in times:
                yield text, came


def main() -> None:
    """Measure, and print the result as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--connections", type=int, default=1_000, help="streams that are open at once")
    parser.add_argument("--seconds", type=int, default=30, help="how long, with a tweet each second")
    parser.add_argument("--rounds", type=int, default=0, help="how often all streams come and go afterwards")
    parser.add_argument("--json", type=Path, help="write the result to this file too")
    chosen = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < min(chosen.connections, EACH) + 500:
        parser.error(f"ulimit -Hn: {hard} open files are too few for {chosen.connections} streams")
    with (
        tempfile.TemporaryDirectory() as name,
        running(Path(name), WEB_CONCURRENCY="2") as perch,
    ):
        result = json.dumps(
            asyncio.run(measure(perch, chosen.connections, chosen.seconds, chosen.rounds)), indent=2
        )
    click.echo(result)
    if chosen.json:
        chosen.json.write_text(result + "\n")


if __name__ == "__main__":
    main()
