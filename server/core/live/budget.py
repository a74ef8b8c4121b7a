"""Limits how much may wait for the clients of a process's streams, and resets the slowest beyond that."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Collection

from server.core.live.subscription import Subscription
from server.core.live.tail import Tail

# The most bytes that may wait for the clients of all streams together. This has room for a burst of 10,000
# tweets of 1 kB, and for the last part of each of 8,000 streams that nobody reads.
MAX_QUEUED = 64 << 20

# In seconds: how long clients have to catch up once too much is waiting, which is enough for quick ones, and
# how often to check.
PATIENCE, LOOK_EVERY = 1.0, 0.02


class Budget:
    """Keeps the tail, and the bytes written that clients haven't taken yet, within the limit."""

    def __init__(self, tail: Tail, streams: Collection[Subscription]) -> None:
        self._tail = tail
        self._streams = streams

    @property
    def queued(self) -> int:
        """How many bytes are waiting now."""
        return self._tail.size + sum(stream.unsent for stream in self._open())

    async def keep(self) -> None:
        """Forget what all streams have. If too much still waits after a moment, reset the slowest streams."""
        self._forget()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self.queued > MAX_QUEUED:
                    await asyncio.sleep(LOOK_EVERY)
                    self._forget()
        if (queued := self.queued) > MAX_QUEUED:
            self._reset_slowest(queued - MAX_QUEUED)

    def _open(self) -> list[Subscription]:
        return [stream for stream in self._streams if not stream.is_ended]

    def _readers(self) -> list[Subscription]:
        """The streams that the tail is kept for, the one furthest behind first."""
        found = [stream for stream in self._open() if self._tail.serves(stream)]
        return sorted(found, key=lambda stream: stream.position.seq)

    def _forget(self) -> None:
        if self._tail.size:
            self._forget_before(deque(self._readers()))

    def _forget_before(self, readers: deque[Subscription]) -> None:
        """Forget what was kept only for streams that have ended."""
        while readers and readers[0].is_ended:
            readers.popleft()
        if readers:
            self._tail.forget(readers[0].position.seq)
        else:
            self._tail.clear()

    def _reset_slowest(self, too_much: int) -> None:
        readers = deque(self._readers())
        for_whom = {stream: self._tail.waiting(stream.position) for stream in readers}
        for stream in self._open():
            for_whom[stream] = for_whom.get(stream, 0) + stream.unsent
        for stream in sorted(for_whom, key=lambda one: for_whom[one], reverse=True):
            if too_much <= 0:
                return
            too_much -= self._tail.size + stream.unsent
            stream.end_as_slow()
            self._forget_before(readers)
            too_much += self._tail.size
