"""One open stream: how far its client is, and what it is to be sent next."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

from server.core.database.connection import AWAY
from server.core.live.batch import Batch, Part
from server.core.live.event_id import EventId
from server.core.live.frames import LiveDialect, Reason

# Events that a client may be behind.
MAX_BEHIND = 2_000

# What is given in one go to a client that is behind, unless one message is larger: a client that never reads
# costs that and the stream itself. And what is written in one go to one that keeps up. Bytes.
PART, AT_ONCE = 8 << 10, 16 << 10

# How long a client that is too slow has to take what was written to it, and the reset behind that. Seconds.
LAST_WORDS = 5.0


class Client(Protocol):
    """The connection to who listens."""

    @property
    def unsent(self) -> int:
        """Bytes that were written and not taken yet."""

    def __call__(self, data: bytes) -> bool:
        """Write at once; False where that would have to wait."""

    async def taken(self) -> None:
        """Wait until the client has taken what was written."""

    def abort(self) -> None:
        """Cut it off."""


# Finds what a stream is to be given next; None where it has everything.
ReadOn = Callable[["Subscription"], Awaitable[Part | None]]


class Subscription:
    """What one viewer's stream is to be sent. Told by the hub, read by the handler of the request.

    It holds no messages, but only `position`, which is how far its client was given what happened. Once
    `client` is set, what is new goes straight to one that keeps up, and the handler sleeps on. Else the
    handler wakes up, and whenever its client has taken one part, reads the next.
    """

    def __init__(
        self,
        user_id: int,
        key_id: int,
        expires_at: datetime | None,
        position: EventId,
        read_on: ReadOn,
        dialect: LiveDialect,
    ) -> None:
        self.user_id = user_id
        self.key_id = key_id
        self.position = position
        # What was handed out behind this number was handed out to it too, and is not what it missed.
        self.joined_at = position.seq
        self.client: Client | None = None
        self.is_ended = False
        self._expires_at = expires_at
        self._read_on = read_on
        self._dialect = dialect
        self._resting = False
        self._changed = asyncio.Event()
        # Sent before anything else; and at the end.
        self._first: bytes | None = None
        self._last: bytes | None = None
        self._reset: Reason | None = None

    @property
    def unsent(self) -> int:
        """What its client has not taken of what was written to it. Bytes."""
        return 0 if self.client is None else self.client.unsent

    def offer(self, batch: Batch) -> None:
        """There is something new. A revoked key gets nothing more, not even what came before in the same go.

        A client that is too many events behind is told to begin anew.
        """
        if self.is_ended:
            return
        if self.key_id in batch.revoked:
            self._end_with(batch.revoked[self.key_id])
        elif self._write_now(batch):
            self.position = batch.up_to
        elif batch.up_to.seq - self.position.seq > MAX_BEHIND:
            self.end_as_slow()
        else:
            self._changed.set()

    def _write_now(self, batch: Batch) -> bool:
        """Whether the client has it, past the handler: only where that has nothing to send before."""
        if self.client is None or not self._resting or self._changed.is_set():
            return False
        if batch.after != self.position or self._seconds_left() <= 0:
            return False
        data = batch.joined(self.user_id)
        return len(data) <= AT_ONCE and self.client(data)

    def reset(self, reason: Reason, position: EventId) -> None:
        """Forget what waits: the client reads anew, and goes on from here."""
        if not self.is_ended:
            self._first = self._dialect.reset(position, reason)
            self.position, self.joined_at = position, position.seq
            self._changed.set()

    def stop(self) -> None:
        """The server stops: say so, then no more. The client comes again and goes on from where it is."""
        if not self.is_ended:
            self._end_with(reset="stopping")

    def end(self) -> None:
        """No more. The client comes again and goes on from where it is."""
        if not self.is_ended:
            self._end_with()

    def end_as_slow(self) -> None:
        """Tell the client to come again and begin anew; cut it off where it does not even take that."""
        self._end_with(reset="slow")
        asyncio.get_running_loop().call_later(LAST_WORDS, self._cut_off)

    async def next(self, within: float) -> bytes | None:
        """What the handler is to send now; a heartbeat after `within` seconds of rest; None at the end."""
        while not self.is_ended:
            if self.unsent and self.client is not None:
                await self.client.taken()
            if self._seconds_left() <= 0:
                self._end_with(self._dialect.key_revoked(self.position, self.key_id))
                break
            if self._first is not None:
                first, self._first = self._first, None
                return first
            self._changed.clear()
            begin = self.position
            try:
                part = await self._read_on(self)
            except AWAY:  # the client comes again, and goes on where it is
                self.end()
                break
            if self.is_ended or self.position != begin:  # meanwhile
                continue
            if part is not None:
                self.position = part.up_to
                if part.messages:
                    return b"".join(part.messages)
            elif not await self._rested(within):
                return self._dialect.heartbeat(self.position)
        return self._last_words()

    async def _rested(self, within: float) -> bool:
        """Rest; whether anything came meanwhile, the end of the key included."""
        self._resting = True
        try:
            async with asyncio.timeout(min(within, self._seconds_left())):
                await self._changed.wait()
        except TimeoutError:
            # Not before what came in this very moment: the position is behind that.
            return self._changed.is_set() or self._seconds_left() <= 0
        finally:
            self._resting = False
        return True

    def _last_words(self) -> bytes | None:
        last, reset = self._last, self._reset
        self._last = self._reset = None
        return self._dialect.reset(self.position, reset) if reset is not None else last

    def _seconds_left(self) -> float:
        """Until the key expires."""
        if self._expires_at is None:
            return math.inf
        return (self._expires_at - datetime.now(UTC)).total_seconds()

    def _end_with(self, last: bytes | None = None, reset: Reason | None = None) -> None:
        self._last, self._reset = last, reset
        self.is_ended = True
        self._changed.set()

    def _cut_off(self) -> None:
        if self.client is not None and self.client.unsent:
            self.client.abort()
