"""The rates of the settings, and the tallies that hold people to them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from prometheus_client import Counter
from redis.asyncio import Redis

from config.metrics import REGISTRY
from config.settings import Settings
from server.core.limits.streams import Streams
from server.core.limits.tally import Ledger, Rate, Tally, settle_for_ever

# Each wrong key is answered so much later, so that whoever tries them tries few; but no more than these wait
# at once in a process. Seconds.
PAUSE, MOST_PAUSED = 0.3, 100

# By address: what has to be looked up in the database before anybody knows who asks. That is keys which this
# process has not met and new streams; and, for themselves, pictures of which it does not know that everybody
# may have them. A classroom behind one address stays below both when all of it comes back at once.
LOOKUPS, PICTURE_LOOKUPS = "3000/minute", "12000/minute"

REFUSED = Counter(
    "perch_rate_limited",
    "Requests refused, by the limit that was exceeded.",
    labelnames=("limit",),
    registry=REGISTRY,
)


class Rates:
    """What is counted: reads, writes and uploads by user, whichever key they show; the rest by address.

    Reads, and all that comes from an address with a key that is valid, are counted roughly, so that they cost
    no round trip; the others exactly.
    """

    def __init__(self, settings: Settings, redis: Redis) -> None:
        ledger = Ledger(redis)

        def tally(name: str, rate: str) -> Tally:
            REFUSED.labels(name)  # from the start, so that the first is seen as one more
            return Tally(name, Rate.parse(rate), ledger)

        self.reads = tally("reads", settings.rate_reads)
        self.writes = tally("writes", settings.rate_writes)
        self.uploads = tally("uploads", settings.rate_uploads)
        self.anonymous = tally("anonymous", settings.rate_anonymous)
        self.wrong_keys = tally("wrong_keys", settings.rate_wrong_keys)
        self.address = tally("address", settings.rate_address)
        self.lookups = tally("lookups", LOOKUPS)
        self.picture_lookups = tally("picture_lookups", PICTURE_LOOKUPS)
        REFUSED.labels("streams")
        self.streams = Streams(per_user=settings.streams_per_user, per_address=settings.streams_per_address)
        self._paused = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Rates]:
        """Tell Redis what was counted, inside the block."""
        tallies = [self.reads, self.writes, self.uploads, self.anonymous, self.wrong_keys, self.address]
        tallies += [self.lookups, self.picture_lookups]
        task = asyncio.create_task(settle_for_ever(tallies), name="rates")
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def pause(self) -> None:
        """Let whoever showed a wrong key wait a little."""
        if self._paused >= MOST_PAUSED:
            return
        self._paused += 1
        try:
            await asyncio.sleep(PAUSE)
        finally:
            self._paused -= 1
