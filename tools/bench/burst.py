"""How late live events are behind a burst of likes and unlikes, on a real `perch up`.

    .venv/bin/python -m tools.bench.burst --seconds 10

Two people like and unlike 200 tweets as fast as answers come, a minute after the start. Then somebody tweets:
its delay counts from the answer to its arrival on an open stream. `waiting` is how many rows the outbox holds
then, and `drained_s` how long it takes until it holds none.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import tempfile
import time
from pathlib import Path

import click
import httpx

from tests.realtime.listening import listening
from tests.waiting import until
from tests.whole.conftest import Perch, running
from tools.bench.load import Call, press

TWEETS = 200

# The number of seconds after which the first automatic ANALYZE of the server's tables is over.
KNOWN_AFTER = 60


async def measure(perch: Perch, seconds: int, *, after: float) -> dict[str, float]:
    """Measure everything on a running server."""
    database = await perch.connect()

    async def waiting() -> int:
        return int(
            await database.fetchval(
                "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM held_likes)"
            )
        )

    async def nothing_waits() -> bool:
        return not await waiting()

    async with httpx.AsyncClient(base_url=perch.url, timeout=30) as client:
        author, *fans = await perch.register(client, 3)
        tweets = [await author.tweet(str(number)) for number in range(TWEETS)]
        await asyncio.sleep(after)
        calls = [
            Call(method, f"/api/tweets/{tweet}/likes", fan.key or "")
            for method, fan, tweet in itertools.product(("POST", "DELETE"), fans, tweets)
        ]
        async with listening(perch.url, author) as heard:
            load = await asyncio.to_thread(press, perch.url, calls, seconds=seconds)
            left = await waiting()
            await author.tweet("after the burst")
            answered = time.monotonic()
            await heard.wait_for("tweet", within=120)
            delay = time.monotonic() - answered
            await until(nothing_waits, within=120)
            drained = time.monotonic() - answered
    await database.close()
    return {
        "acts": load.count,
        "acts_per_second": round(load.per_second),
        "waiting": left,
        "delay_s": round(delay, 2),
        "drained_s": round(drained, 2),
    }


def main() -> None:
    """Measure, and print the result as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=10, help="how long the burst takes")
    parser.add_argument(
        "--after", type=float, default=KNOWN_AFTER, help="seconds between the start and the burst"
    )
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        running(Path(name), WEB_CONCURRENCY="2", RATE_LIMITS="off") as perch,
    ):
        click.echo(json.dumps(asyncio.run(measure(perch, chosen.seconds, after=chosen.after)), indent=2))


if __name__ == "__main__":
    main()
