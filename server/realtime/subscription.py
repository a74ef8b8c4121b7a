"""One open stream: what waits to be sent on it, within a bound."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from server.realtime.batch import Batch
from server.wire import events as wire
from server.wire.events import EventId

# Messages that may wait for a client that reads slowly. They are shared by all streams, so that what one of
# them costs is its place in this queue.
MAX_WAITING = 512

# Events that a client may be behind while it is given what it missed.
MAX_BEHIND = 2_000

# What is sent in one go, as what waits is copied for it. Bytes.
CHUNK = 64 << 10

# Writes to the client at once; False where that would have to wait.
WriteNow = Callable[[bytes], bool]

# Gives a stream the next part of what it missed.
ReadOn = Callable[[], Awaitable[None]]


class Subscription:
    """What one viewer's stream is to be sent. Written by the hub, read by the handler of the request.

    `position` is how far the client is, or will be when it has read what waits. Once `write_now` is set, what
    is new goes straight to a client that keeps up, and the handler sleeps on.

    While `read_on` is set, the client is behind: what it missed is read from the log, a part at a time as it
    takes them, and what is new waits there too. So a client that never reads costs one such part.
    """

    def __init__(self, user_id: int, key_id: int, expires_at: datetime | None, position: EventId) -> None:
        self.user_id = user_id
        self.key_id = key_id
        self.expires_at = expires_at
        self.position = position
        self.write_now: WriteNow | None = None
        self.read_on: ReadOn | None = None
        self._resting = False
        self._waiting: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._ended = False

    def offer(self, batch: Batch, *, at_most: int = MAX_WAITING, is_missed: bool = False) -> None:
        """Take what is new and meant for this viewer, or with `is_missed` a part of what it missed.

        A revoked key gets nothing more, not even what came before in the same go. A client that lets more
        than `at_most` messages wait is told to begin anew.
        """
        if self._ended:
            return
        if self.key_id in batch.revoked:
            self._end_with(batch.revoked[self.key_id])
            return
        if self.read_on is not None and not is_missed:
            if batch.up_to.seq - self.position.seq > MAX_BEHIND:
                self._end_with(wire.message(self.position, wire.Reset("slow")))
            return
        if not self._write_now(batch):
            self._waiting.extend(batch.messages(self.user_id, after=self.position.seq))
        if batch.up_to.seq > self.position.seq:
            self.position = batch.up_to
        if len(self._waiting) > at_most:
            self._end_with(wire.message(self.position, wire.Reset("slow")))
        elif self._waiting:
            self._changed.set()

    def _write_now(self, batch: Batch) -> bool:
        """Whether the client has it, past the handler: only where that has nothing to send before."""
        if self.write_now is None or not self._resting or self._waiting:
            return False
        if batch.after.seq != self.position.seq or self._seconds_left() <= 0:
            return False
        data = batch.joined(self.user_id)
        return len(data) <= CHUNK and self.write_now(data)

    def reset(self, why: wire.Reset, position: EventId) -> None:
        """Forget what waits: the client reads anew, and goes on from here."""
        if not self._ended:
            self._waiting.clear()
            self._waiting.append(wire.message(position, why))
            self.position, self.read_on = position, None
            self._changed.set()

    def stop(self) -> None:
        """The server stops: send what waits and say so, then no more."""
        if not self._ended:
            self._waiting.append(wire.message(self.position, wire.Reset("stopping")))
            self.end()

    def end(self) -> None:
        """Send what waits, then no more."""
        self._ended = True
        self._changed.set()

    async def next(self, within: float) -> bytes | None:
        """What the handler is to send now; a heartbeat after `within` seconds of rest; None at the end."""
        while self.read_on is not None and not self._waiting and not self._ended:
            await self.read_on()
        if not self._waiting and not self._ended:
            self._resting = True
            try:
                async with asyncio.timeout(min(within, self._seconds_left())):
                    await self._changed.wait()
            except TimeoutError:
                # Not before what came in this very moment: the position is behind that.
                if not self._changed.is_set() and self._seconds_left() > 0:
                    return wire.heartbeat(self.position)
            finally:
                self._resting = False
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
