"""How much one user, or one address, may keep busy at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

from server.core.errors import RateLimited

T = TypeVar("T")

# When a request that was refused because too many others are waiting may be repeated. Seconds.
RETRY_AFTER = 1


class Address(str):
    """Who asks, if that is not known yet: everybody at an address."""

    __slots__ = ()


# The user or address that the current task's use of the database counts for; None if it counts for nobody.
asker: ContextVar[int | str | Address | None] = ContextVar("asker", default=None)


@contextlib.contextmanager
def for_everybody() -> Iterator[None]:
    """Inside, use the database for nobody in particular: others wait for it, or for a lock that is held."""
    token = asker.set(None)
    try:
        yield
    finally:
        asker.reset(token)


class Turns:
    """Limits how many things each user, or address, may do at once; the rest wait in a queue.

    Args:
        at_once: how many may run concurrently for each.
        waiting: how many more may wait.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._at_once, self._most_waiting = at_once, waiting
        self._busy: dict[Hashable, int] = {}
        self._queues: dict[Hashable, deque[asyncio.Future[None]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()  # the event loop alone keeps only weak references

    def take_free(self, who: Hashable) -> bool:
        """Take a turn, which must be given back, if one is free."""
        if (busy := self._busy.get(who, 0)) >= self._at_once:
            return False
        self._busy[who] = busy + 1
        return True

    async def take(self, who: Hashable) -> None:
        """The same, but wait for a turn. Raises RateLimited if too many wait already."""
        if self.take_free(who):
            return
        queue = self._queues.setdefault(who, deque())
        if len(queue) >= self._most_waiting:
            raise RateLimited("Too many of your requests are being processed at the same time.", RETRY_AFTER)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was passed on to us at that moment
                self.give_back(who)
            raise

    def give_back(self, who: Hashable) -> None:
        """Let the next one of those who wait go on."""
        while queue := self._queues.get(who):
            turn = queue.popleft()
            if not queue:
                del self._queues[who]
            if not turn.done():  # the others were cancelled while they waited
                turn.set_result(None)
                return
        if self._busy[who] > 1:
            self._busy[who] -= 1
        else:
            del self._busy[who]

    @contextlib.asynccontextmanager
    async def turn(self, who: Hashable) -> AsyncIterator[None]:
        """A turn that lasts as long as the block. Raises RateLimited if too many wait already."""
        await self.take(who)
        try:
            yield
        finally:
            self.give_back(who)

    async def run(self, who: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait in a turn for something that others may wait for too, such as `Store.fetch`.

        It goes on if this caller is cancelled; then its end is waited for again, so that it keeps the turn.

        Raises:
            RateLimited: too many wait already.
        """
        await self.take(who)
        try:
            found = await work()
        except asyncio.CancelledError:
            task = asyncio.create_task(self._wait_again(who, work))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            raise
        except BaseException:
            self.give_back(who)
            raise
        self.give_back(who)
        return found

    async def _wait_again(self, who: Hashable, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        try:
            with contextlib.suppress(Exception):  # nobody waits for it any more
                await work()
        finally:
            self.give_back(who)
