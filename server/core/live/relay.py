"""The relay: moves events from the outbox into the log. Only one of all web processes does this at a time."""

from __future__ import annotations

import time
from typing import Any

from server.core.database.locks import AdvisoryLock
from server.core.live.event import HELD, MOVE, PLANNER, Moved, moved

# The most rows to move at a time.
BATCH = 2_000

# A tweet's like count is sent at most once in this many seconds.
LIKES_EVERY = 1.0

# How often, in seconds, to read the outbox from its start, for rows of transactions that took long to commit.
FROM_THE_START_EVERY = 0.5


class Relay:
    """Moves events, on a connection of its own, which holds the relay's lock."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._leads = False
        self._told: dict[int, float] = {}
        self._released_all = False
        self._behind_id = 0
        self._started = 0.0

    async def leads(self) -> bool:
        """Whether this process is the relay; if not, try to become it."""
        if not self._leads:
            take = "SELECT pg_try_advisory_lock($1)"
            self._leads = await self._connection.fetchval(take, AdvisoryLock.RELAY)
            if self._leads:
                for name, value in PLANNER.items():
                    await self._connection.execute(f"SET {name} = {value}")
        return self._leads

    async def move(self) -> Moved:
        """Move the next batch into the log and notify listeners. After a full batch, more may be waiting."""
        now = time.monotonic()
        if now - self._started >= FROM_THE_START_EVERY:
            self._behind_id, self._started = 0, now
        released = self._released(now)
        # The first batch of a new relay sends everything that the previous relay held back.
        arguments = (list(self._told), BATCH, self._behind_id, released, not self._released_all)
        found = moved(await self._connection.fetch(MOVE, *arguments))
        self._released_all = True
        self._behind_id = found.up_to or self._behind_id
        now = time.monotonic()
        for event in found.told:
            if event.kind == HELD:
                self._told[event.subject_id] = now
        if found.taken < BATCH:
            self._behind_id = 0
        return found

    def _released(self, now: float) -> list[int]:
        """The tweets whose like counts were sent long enough ago to be sent again."""
        over = [tweet_id for tweet_id, told in self._told.items() if told <= now - LIKES_EVERY]
        for tweet_id in over:
            del self._told[tweet_id]
        return over
