"""Requests counted by who makes them, in windows of the clock, over all web processes.

A count lives in Redis, under a key that names its window, so that all processes agree without asking when it
begins. A tally is used in two ways. *Exactly*: each request is counted in Redis before it is admitted, a
round trip. *Roughly*: it is counted here; twice a second what was counted is added in Redis, for all at
once, and what other processes have counted is learnt from the answer. So beyond the rate each process lets
through at most what it is asked in half a second. Where Redis is away, both go by what this process has
counted itself: nobody waits for it, and nothing fails.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

log = logging.getLogger(__name__)

PREFIX = "perch:rate:"

# How long a request waits for Redis, and how long Redis is left alone after it did not answer. Seconds.
PATIENCE, REST = 0.25, 2.0

# How often what was counted here is added there. Seconds.
SETTLE_EVERY = 0.5

# Keys that are counted in one go.
AT_ONCE = 1_000

# Who is counted in a window at most, at some 200 bytes each: with more, all of them begin anew.
MOST_COUNTED = 50_000

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a window of so many seconds."""

    most: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Of `600/minute`, which the settings have checked."""
        most, _, unit = text.partition("/")
        return cls(int(most), UNITS[unit])


@dataclass(slots=True)
class Count:
    """What is known of one: the total in Redis when it was last seen, and what it does not have yet."""

    total: int = 0
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Addition:
    """What is to be added to a count."""

    key: str
    amount: int
    seconds: int
    total: asyncio.Future[int | None]


# The total after an addition that Redis was sent, and did not confirm in time. It may count all the same, so
# it is not sent again: under load, one request would be counted several times.
UNCONFIRMED = -1


class Ledger:
    """The counts in Redis. What is to be added at the same moment goes there together, on one connection."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._rests_until = 0.0
        self._waiting: list[Addition] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, key: str, amount: int, *, seconds: int) -> int | None:
        """The total after it, which is kept for so long; None if Redis was not reached, or UNCONFIRMED."""
        if time.monotonic() < self._rests_until:
            return None
        total: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(Addition(key, amount, seconds, total))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="rates are counted")
        return await total

    async def _write(self) -> None:
        while self._waiting:
            now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            totals: list[int | None] = [None] * len(now)
            try:
                if time.monotonic() >= self._rests_until:
                    totals = await self._added(now)
            except Exception as error:  # whatever it is: nobody is to wait for it, or fail
                if isinstance(error, TimeoutError):
                    totals = [UNCONFIRMED] * len(now)
                if time.monotonic() > self._rests_until + 10 * REST:
                    words = "each process counts rates on its own until Redis responds: %s: %s"
                    log.warning(words, type(error).__name__, error)
                self._rests_until = time.monotonic() + REST
            finally:
                for addition, total in zip(now, totals, strict=True):
                    if not addition.total.done():  # who waited may have gone
                        addition.total.set_result(total)

    async def _added(self, additions: list[Addition]) -> list[int | None]:
        async with asyncio.timeout(PATIENCE), self._redis.pipeline(transaction=False) as pipe:
            for addition in additions:
                pipe.incrby(PREFIX + addition.key, addition.amount)
                pipe.expire(PREFIX + addition.key, addition.seconds)
            return [int(total) for total in (await pipe.execute())[::2]]


class Tally:
    """Requests of one kind in the present window."""

    def __init__(self, name: str, rate: Rate, ledger: Ledger) -> None:
        self.name, self.rate = name, rate
        self._ledger = ledger
        self._most = rate.most
        self._now = self._window = self._ends = 0
        self._counts: dict[object, Count] = {}

    def count(self, who: object) -> int:
        """Count one roughly; how many are left after it, below 0 where it is too much."""
        self._now = int(time.time())
        count = self._counts.get(who) if self._now < self._ends else None
        if count is None:
            count = self._count(who)
        count.fresh += 1
        return self._most - count.total - count.fresh

    async def count_exactly(self, who: object) -> int:
        """Count one in Redis; how many are left after it, below 0 where it is too much."""
        count = self._count(who)
        if count.total + count.fresh >= self.rate.most:
            return -1
        total = await self._ledger.add(self._key(who), 1, seconds=self.rate.seconds)
        if total is None:
            return self.count(who)
        count.total = count.total + 1 if total == UNCONFIRMED else max(count.total, total)
        return self.rate.most - count.total - count.fresh

    def resets_in(self) -> int:
        """Seconds from the last count until the next window, rounded up."""
        return self._ends - self._now

    async def settle(self) -> None:
        """Tell Redis what it does not know yet, and learn what the other processes have counted."""
        changed = [(self._key(who), count) for who, count in self._counts.items() if count.fresh]
        await asyncio.gather(*[self._settle(key, count) for key, count in changed])

    async def _settle(self, key: str, count: Count) -> None:
        told = count.fresh
        total = await self._ledger.add(key, told, seconds=self.rate.seconds)
        if total is not None:
            count.fresh -= told
            count.total = count.total + told if total == UNCONFIRMED else max(count.total, total)

    def _count(self, who: object) -> Count:
        self._now = int(time.time())
        window = self._now // self.rate.seconds
        if window != self._window:
            self._window, self._ends, self._counts = window, (window + 1) * self.rate.seconds, {}
        count = self._counts.get(who)
        if count is None:
            if len(self._counts) >= MOST_COUNTED:
                self._counts = {}
            count = self._counts[who] = Count()
        return count

    def _key(self, who: object) -> str:
        return f"{self.name}:{self._window}:{who}"


async def settle_for_ever(tallies: Sequence[Tally]) -> None:
    """Twice a second."""
    while True:
        await asyncio.sleep(SETTLE_EVERY)
        for tally in tallies:
            try:
                await tally.settle()
            except Exception:  # whatever it is: requests are answered all the same
                log.exception("can't share this process's count of %s with other processes", tally.name)
