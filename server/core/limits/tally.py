"""Fixed-window request counters per caller, shared by all web processes.

A count lives in Redis under a key that names its window, so that all processes agree on when the window
begins without asking. A tally can be used in two ways. *Exactly*: each request is counted in Redis before it
is admitted, which costs a round trip. *Approximately*: requests are counted in this process; twice a second
all counts that have grown by a hundredth of the rate are added in Redis at once, and the response tells what
other processes have counted. So a process admits at most half a second's requests and a hundredth of the rate
beyond it. While Redis is unavailable, both ways rely on what this process has counted itself: no request
waits for Redis, and none fails.
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

# How many seconds a request waits for Redis, and for how many seconds we don't ask again after a failure.
PATIENCE, REST = 0.25, 2.0

# How often the counts of this process are added in Redis, in seconds.
SETTLE_EVERY = 0.5

# A count is added in Redis once it has grown by this part of the rate. Most people never make that many
# requests, and an addition costs as much as a twentieth of a request.
WORTH = 0.01

# The most keys in one pipeline.
AT_ONCE = 1_000

# The most callers counted in a window, at about 200 bytes each. If there are more, all counts start again.
MOST_COUNTED = 50_000

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` requests in a window of `seconds` seconds."""

    most: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Parse a rate such as `600/minute`, which the settings have already validated."""
        most, _, unit = text.partition("/")
        return cls(int(most), UNITS[unit])


@dataclass(frozen=True, slots=True)
class Limit:
    """How often a user may do something, besides the limits for all requests; declared by its feature.

    Attributes:
        name: unique; the label of the metric that counts refusals.
        rate: such as `5/hour`, in windows that follow the clock. It is counted exactly.
    """

    name: str
    rate: str


@dataclass(slots=True)
class Count:
    """A caller's count: the total last seen in Redis, and the requests not yet added there."""

    total: int = 0
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Addition:
    """An amount to add to a count."""

    key: str
    amount: int
    seconds: int
    total: asyncio.Future[int | None]


# Stands for the total after an addition that was sent to Redis and not confirmed in time. It may have been
# counted, so it isn't sent again: otherwise, under load, one request would be counted several times.
UNCONFIRMED = -1


class Ledger:
    """The counts in Redis. Additions made at the same time are sent together, on one connection."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._rests_until = 0.0
        self._waiting: list[Addition] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, key: str, amount: int, *, seconds: int) -> int | None:
        """Add to a count that expires after `seconds`, and return the new total.

        None if Redis couldn't be reached; UNCONFIRMED if it didn't confirm in time.
        """
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
            except Exception as error:  # whatever went wrong, no request may wait or fail because of it
                if isinstance(error, TimeoutError):
                    totals = [UNCONFIRMED] * len(now)
                if time.monotonic() > self._rests_until + 10 * REST:
                    words = "each process counts rates on its own until Redis responds: %s: %s"
                    log.warning(words, type(error).__name__, error)
                self._rests_until = time.monotonic() + REST
            finally:
                for addition, total in zip(now, totals, strict=True):
                    if not addition.total.done():  # the waiting request may be gone
                        addition.total.set_result(total)

    async def _added(self, additions: list[Addition]) -> list[int | None]:
        async with asyncio.timeout(PATIENCE), self._redis.pipeline(transaction=False) as pipe:
            for addition in additions:
                pipe.incrby(PREFIX + addition.key, addition.amount)
                pipe.expire(PREFIX + addition.key, addition.seconds)
            return [int(total) for total in (await pipe.execute())[::2]]


class Tally:
    """Requests of one kind in the current window."""

    def __init__(self, name: str, rate: Rate, ledger: Ledger) -> None:
        self.name, self.rate = name, rate
        self._ledger = ledger
        self._most = rate.most
        self._now = self._window = self._ends = 0
        self._counts: dict[object, Count] = {}

    def count(self, who: object) -> int:
        """Count a request approximately and return how many are left; negative if it is over the limit."""
        self._now = int(time.time())
        count = self._counts.get(who) if self._now < self._ends else None
        if count is None:
            count = self._count(who)
        count.fresh += 1
        return self._most - count.total - count.fresh

    def add(self, who: object, amount: int) -> None:
        """Count more of a request that has already been admitted: it was larger than usual."""
        self._count(who).fresh += amount

    async def count_exactly(self, who: object, amount: int = 1) -> int:
        """Count a request in Redis and return how many are left; negative if it is over the limit.

        Args:
            amount: as how many requests it counts. If there aren't as many left, it isn't counted.
        """
        count = self._count(who)
        if count.total + count.fresh + amount > self.rate.most:
            return -1
        total = await self._ledger.add(self._key(who), amount, seconds=self.rate.seconds)
        if total is None:
            count.fresh += amount
        else:
            count.total = count.total + amount if total == UNCONFIRMED else max(count.total, total)
        return self.rate.most - count.total - count.fresh

    def resets_in(self) -> int:
        """Seconds from the last count until the next window, rounded up."""
        return self._ends - self._now

    async def settle(self) -> None:
        """Add this process's counts that have grown in Redis, and learn what other processes have counted."""
        worth = self._most * WORTH
        changed = [(self._key(who), count) for who, count in self._counts.items() if count.fresh >= worth]
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
    """Settle all tallies twice a second."""
    while True:
        await asyncio.sleep(SETTLE_EVERY)
        for tally in tallies:
            try:
                await tally.settle()
            except Exception:  # whatever went wrong, requests are still answered
                log.exception("can't share this process's count of %s with other processes", tally.name)
