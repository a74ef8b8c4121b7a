"""The rate limits from the settings, and the tallies that enforce them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from prometheus_client import Counter
from redis.asyncio import Redis

from config.metrics import REGISTRY
from config.settings import Settings
from server.core.limits.streams import Streams
from server.core.limits.tally import Ledger, Limit, Rate, Tally, settle_for_ever

# The responses to wrong keys and refused requests are delayed by this many seconds, and by as many again for
# each SLOWING that are being delayed in the process, up to LONGEST_PAUSE. That slows down anyone guessing
# keys, and clients that try again at once. At most this many requests wait at once in a process.
PAUSE, SLOWING, LONGEST_PAUSE, MOST_PAUSED = 0.3, 100, 10.0, 10_000

# Per address: lookups in the database before we know who is asking. The first rate is for keys that this
# process hasn't seen yet and for new streams; the second, counted separately, is for pictures that it doesn't
# know to be public. A classroom behind one address stays below both even if everyone comes back at once.
LOOKUPS, PICTURE_LOOKUPS = "3000/minute", "12000/minute"

# Per address: responses that no other limit counts. Those beyond this rate are delayed like refusals.
UNCOUNTED = "12000/minute"

# Per address: responses about the health of the server that aren't delayed in any case.
HEALTH = "600/minute"

REFUSED = Counter(
    "perch_rate_limited",
    "Requests refused, by the limit that was exceeded.",
    labelnames=("limit",),
    registry=REGISTRY,
)


class Rates:
    """All tallies: reads, writes, uploads and features' own limits per user; the rest per address.

    Each user has one count, whichever of their keys is used.

    Reads, and all requests with a valid key from one address, are counted approximately, which costs no round
    trip; the others are counted exactly.
    """

    def __init__(self, settings: Settings, redis: Redis, limits: Sequence[Limit] = ()) -> None:
        ledger = Ledger(redis)

        def tally(name: str, rate: str) -> Tally:
            REFUSED.labels(name)  # create the counter at 0, so that its first increment is visible
            return Tally(name, Rate.parse(rate), ledger)

        self.reads = tally("reads", settings.rate_reads)
        self.writes = tally("writes", settings.rate_writes)
        self.uploads = tally("uploads", settings.rate_uploads)
        self.anonymous = tally("anonymous", settings.rate_anonymous)
        self.wrong_keys = tally("wrong_keys", settings.rate_wrong_keys)
        self.address = tally("address", settings.rate_address)
        self.lookups = tally("lookups", LOOKUPS)
        self.picture_lookups = tally("picture_lookups", PICTURE_LOOKUPS)
        self.uncounted = Tally("uncounted", Rate.parse(UNCOUNTED), ledger)
        self.health = Tally("health", Rate.parse(HEALTH), ledger)
        self.limits = {limit.name: tally(limit.name, limit.rate) for limit in limits}
        REFUSED.labels("streams")
        self.streams = Streams(per_user=settings.streams_per_user, per_address=settings.streams_per_address)
        self._paused = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Rates]:
        """Inside the block, send the counts to Redis."""
        tallies = [self.reads, self.writes, self.uploads, self.anonymous, self.wrong_keys, self.address]
        tallies += [self.lookups, self.picture_lookups, self.uncounted, self.health, *self.limits.values()]
        task = asyncio.create_task(settle_for_ever(tallies), name="rates")
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def pause(self) -> bool:
        """Delay a response; return at once, with False, if too many are being delayed already."""
        if self._paused >= MOST_PAUSED:
            return False
        self._paused += 1
        try:
            await asyncio.sleep(min(PAUSE * (1 + self._paused / SLOWING), LONGEST_PAUSE))
        finally:
            self._paused -= 1
        return True
