"""The relay: moves what happened from the outbox into the log. Of all web processes one does it at a time."""

from __future__ import annotations

import time
from typing import Any

from server.models import EventKind
from server.models.event import MOVE, moved
from server.models.locks import AdvisoryLock

# Rows in one go.
BATCH = 500

# How many likes a tweet has is told at most so often. Seconds.
LIKES_EVERY = 1.0


class Relay:
    """The part of a process that moves events, on a connection of its own: the lock belongs to that."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._leads = False
        self._told: dict[int, float] = {}

    async def leads(self) -> bool:
        """Whether this process is the one; tries to become it."""
        if not self._leads:
            take = "SELECT pg_try_advisory_lock($1)"
            self._leads = await self._connection.fetchval(take, AdvisoryLock.RELAY)
        return self._leads

    async def move(self) -> bool:
        """Move what is due, and say so (`MOVE` does); whether there was anything."""
        found = moved(await self._connection.fetch(MOVE, self._held(), BATCH))
        if not found:
            return False
        now = time.monotonic()
        for event in found:
            if event.kind is EventKind.LIKES and event.tweet_id is not None:
                self._told[event.tweet_id] = now
        return True

    def _held(self) -> list[int]:
        """The tweets whose likes were told a moment ago."""
        since = time.monotonic() - LIKES_EVERY
        self._told = {tweet_id: told for tweet_id, told in self._told.items() if told > since}
        return list(self._told)
