"""How much of the database a single user may keep busy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.core.errors import RateLimited

# When a request that was refused because too many of its user's are waiting may be repeated. Seconds.
RETRY_AFTER = 1


class Turns:
    """Lets each user do a limited number of things at once; further ones wait for those of the same user.

    Args:
        at_once: how many may run concurrently for each user.
        waiting: how many more may wait.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._at_once, self._most = at_once, at_once + waiting
        self._turns: dict[int, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def taken(self, user_id: int) -> AsyncIterator[None]:
        """Wait for a turn, and keep it inside the block. Raises RateLimited if too many wait already."""
        turn, count = self._turns.get(user_id) or (asyncio.Semaphore(self._at_once), 0)
        if count >= self._most:
            raise RateLimited("Too many of your requests are being processed at the same time.", RETRY_AFTER)
        self._turns[user_id] = turn, count + 1
        try:
            async with turn:
                yield
        finally:
            _, count = self._turns[user_id]
            if count > 1:
                self._turns[user_id] = turn, count - 1
            else:
                del self._turns[user_id]
