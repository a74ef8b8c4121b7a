"""Repeat requests while something is broken, and record the answers."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.callers import Caller
from tests.waiting import lasting


@dataclass
class Answers:
    """The answers to all askers. `published` holds the texts of tweets that were answered with 201."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: dict[int, float] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def take(self, answer: httpx.Response, seconds: float) -> None:
        """Count the answer and check it against the contract."""
        status = answer.status_code
        self.statuses[status] += 1
        self.slowest[status] = max(self.slowest.get(status, 0.0), seconds)
        body = answer.json()
        if status == 503 and ("retry-after" not in answer.headers or body["error_type"] != "unavailable"):
            self.wrong.append(f"{status} {dict(answer.headers)} {body}")
        elif body["result"] is not (status < 400) or status not in (200, 201, 503):
            self.wrong.append(f"{status} {body}")

    @property
    def words(self) -> str:
        """The answers, as text for a table."""
        return ", ".join(
            f"{count:,} x {status} (slowest {self.slowest[status]:.1f} s)"
            for status, count in sorted(self.statuses.items())
        )


numbers = itertools.count(1)

# Required because one of several processes may have recovered and another not yet.
IN_A_ROW = 8


@asynccontextmanager
async def asking(who: Caller, askers: int = 8, *, pause: float = 0.02) -> AsyncIterator[Answers]:
    """Askers read, publish and like while the block lasts; at its end all of them have their answers."""
    answers = Answers()
    over = asyncio.Event()
    tweet_id = await who.tweet("liked again and again")

    async def ask() -> None:
        for turn in itertools.count():
            if over.is_set():
                return
            began = time.monotonic()
            text = f"tweet {next(numbers)}"
            match turn % 4:
                case 0:
                    answer = await who.raw("POST", "/api/tweets", json={"tweet_data": text})
                    if answer.status_code == 201:
                        answers.published.append(text)
                case 1:
                    answer = await who.raw("POST", f"/api/tweets/{tweet_id}/likes")
                case 2:
                    answer = await who.raw("GET", f"/api/tweets/{tweet_id}")
                case _:
                    answer = await who.raw("GET", "/api/tweets?likers=0&limit=20")
            answers.take(answer, time.monotonic() - began)
            await lasting(pause)

    async with asyncio.TaskGroup() as group:
        for _ in range(askers):
            group.create_task(ask())
        try:
            yield answers
        finally:
            over.set()


async def well(who: Caller, *, within: float) -> float:
    """Wait until everything answers many times in a row; returns the seconds until the first of these."""

    async def works() -> bool:
        answers = [await who.raw("GET", "/health/ready"), await who.raw("GET", "/api/tweets")]
        answers.append(await who.raw("POST", "/api/tweets", json={"tweet_data": "is it well?"}))
        return {answer.status_code for answer in answers} <= {200, 201}

    began = time.monotonic()
    since, times = began, 0
    while times < IN_A_ROW:
        if await works():
            times += 1
        else:
            since, times = time.monotonic(), 0
        assert since < began + within, f"it is not well after {within} s"
    return since - began
