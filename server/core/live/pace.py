"""How many bytes a process writes to streams that are behind before other tasks get a turn.

Writing to a client that takes everything at once never waits. If thousands of streams were behind, their
handlers would run one after another, and no request would be answered in between.
"""

from __future__ import annotations

import asyncio
from collections import deque

# In bytes: how much all streams together write in one turn of the event loop, a millisecond or two of work.
A_TURN = 512 << 10


class Pace:
    """Gives out turns to write, in the order of asking, each to a stream that then writes one part.

    Args:
        part: the usual size of a part in bytes. The real one is told afterwards (`spend`), and what was
            written beyond a turn's bytes is taken from the next turns.
    """

    def __init__(self, part: int, *, a_turn: int = A_TURN) -> None:
        self._part, self._a_turn = part, a_turn
        self._spent = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_counting = False

    async def turn(self) -> None:
        """Wait until this stream may write a part."""
        self._count()
        if not self._waiting and self._spent < self._a_turn:
            return
        asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(asked)
        await asked

    def spend(self, size: int) -> None:
        """Count what was written."""
        self._spent += size

    def _count(self) -> None:
        """Begin again with each turn of the event loop, as long as something is written or waits."""
        if not self._is_counting:
            self._is_counting = True
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._is_counting = False
        self._spent = max(0, self._spent - self._a_turn)
        given = self._spent
        while self._waiting and given < self._a_turn:
            asked = self._waiting.popleft()
            if not asked.done():  # its client may have gone
                asked.set_result(None)
                given += self._part
        if self._waiting or self._spent:
            self._count()
