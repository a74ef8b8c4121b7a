"""One open stream: what waits to be sent on it, within a bound."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

from server.realtime.frames import Frame
from server.wire import events as wire
from server.wire.events import EventId

# Messages that may wait for a client that reads slowly. They are shared by all streams, so that what one of
# them costs is its place in this queue.
MAX_WAITING = 512

# What is sent in one go, as what waits is copied for it. Bytes.
CHUNK = 64 << 10


class Subscription:
    """What one viewer's stream is to be sent. Written by the hub, read by the handler of the request.

    `position` is how far the client is, or will be when it has read what waits.
    """

    def __init__(self, user_id: int, key_id: int, expires_at: datetime | None, position: EventId) -> None:
        self.user_id = user_id
        self.key_id = key_id
        self.expires_at = expires_at
        self.position = position
        self._waiting: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._ended = False

    def offer(self, frames: Sequence[Frame], up_to: EventId, *, at_most: int | None = None) -> None:
        """Take what is new and meant for this viewer.

        A revoked key gets nothing more, not even what came before in the same go. A client that lets more
        than `at_most` messages wait (`MAX_WAITING` where absent) is told to begin anew.
        """
        if self._ended:
            return
        if revoked := next((frame for frame in frames if frame.revoked_key == self.key_id), None):
            self._end_with(revoked.message)
            return
        for frame in frames:
            if frame.seq > self.position.seq and (message := frame.to(self.user_id)) is not None:
                self._waiting.append(message)
        if up_to.seq > self.position.seq:
            self.position = up_to
        if len(self._waiting) > (at_most or MAX_WAITING):
            self._end_with(wire.message(self.position, wire.Reset("slow")))
        elif self._waiting:
            self._changed.set()

    def reset(self, why: wire.Reset, position: EventId) -> None:
        """Forget what waits: the client reads anew, and goes on from here."""
        if not self._ended:
            self._waiting.clear()
            self._waiting.append(wire.message(position, why))
            self.position = position
            self._changed.set()

    def end(self) -> None:
        """Send what waits, then no more."""
        self._ended = True
        self._changed.set()

    async def next(self, within: float) -> bytes | None:
        """What is to be sent now; a heartbeat where nothing came for `within` seconds; None at the end."""
        if not self._waiting and not self._ended:
            try:
                async with asyncio.timeout(min(within, self._seconds_left())):
                    await self._changed.wait()
            except TimeoutError:
                if self._seconds_left() > 0:
                    return wire.heartbeat(self.position)
        if self._seconds_left() <= 0 and not self._ended:
            self._end_with(wire.message(self.position, wire.KeyRevoked(self.key_id)))
        found = []
        size = 0
        while self._waiting and size < CHUNK:
            found.append(self._waiting.popleft())
            size += len(found[-1])
        if not self._waiting and not self._ended:
            self._changed.clear()
        return b"".join(found) or None

    def _seconds_left(self) -> float:
        """Until the key expires."""
        if self.expires_at is None:
            return math.inf
        return (self.expires_at - datetime.now(UTC)).total_seconds()

    def _end_with(self, message: bytes) -> None:
        self._waiting.clear()
        self._waiting.append(message)
        self.end()
