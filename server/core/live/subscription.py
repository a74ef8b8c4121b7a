"""One open stream: its client's position, and what to send next."""

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

# How many events a client may be behind.
MAX_BEHIND = 2_000

# In bytes: the most to give at once to a client that is behind, unless one message is larger (a client that
# never reads costs that much besides the stream itself), and the most to write at once to one that keeps up.
PART, AT_ONCE = 8 << 10, 16 << 10

# How many seconds a client that is too slow has to take what was written to it, and the reset after that.
LAST_WORDS = 5.0


class Client(Protocol):
    """The connection to the stream's client."""

    @property
    def unsent(self) -> int:
        """How many bytes were written that the client hasn't taken yet."""

    def __call__(self, data: bytes) -> bool:
        """Write at once; False if the write would have to wait."""

    async def taken(self) -> None:
        """Wait until the client has taken what was written."""

    def abort(self) -> None:
        """Drop the connection."""


# Finds what to give a stream next; None if it has everything.
ReadOn = Callable[["Subscription"], Awaitable[Part | None]]


class Subscription:
    """What to send on one viewer's stream. The hub offers events, and the request's handler reads them.

    It holds no messages, only `position`: the last event that its client was given. Once `client` is set, new
    events go straight to a client that keeps up, and the handler sleeps on. Otherwise the handler wakes up,
    and reads the next part whenever the client has taken one.
    """

    def __init__(
        self,
        user_id: int,
        key_id: int,
        expires_at: datetime | None,
        position: EventId,
        read_on: ReadOn,
        dialect: LiveDialect,
        may_catch_up: Callable[[], bool],
    ) -> None:
        self.user_id = user_id
        self.key_id = key_id
        self.position = position
        # Events after this number were offered to this stream too, so it didn't miss them.
        self.joined_at = position.seq
        # How many bytes it was given of what it missed, since it last had everything.
        self.missed_bytes = 0
        # Counts a part of what it missed, and returns whether it may be given one.
        self.may_catch_up = may_catch_up
        self.client: Client | None = None
        self.is_ended = False
        self._expires_at = expires_at
        self._read_on = read_on
        self._dialect = dialect
        self._resting = False
        self._changed = asyncio.Event()
        # The message to send before anything else, and the one to send at the end.
        self._first: bytes | None = None
        self._last: bytes | None = None
        self._reset: Reason | None = None

    @property
    def unsent(self) -> int:
        """How many bytes were written that its client hasn't taken yet."""
        return 0 if self.client is None else self.client.unsent

    def offer(self, batch: Batch) -> None:
        """Offer new events. A revoked key's stream gets none, not even earlier ones of the same batch.

        A client that is too many events behind is told to start again.
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
        """Bypass the handler if it has nothing to send first; return whether the client got the batch."""
        if self.client is None or not self._resting or self._changed.is_set():
            return False
        if batch.after != self.position or self._seconds_left() <= 0:
            return False
        data = batch.joined(self.user_id)
        return len(data) <= AT_ONCE and self.client(data)

    def reset(self, reason: Reason, position: EventId) -> None:
        """Skip what is waiting: the client reloads and continues from `position`."""
        if not self.is_ended:
            self._first = self._dialect.reset(position, reason)
            self.position, self.joined_at, self.missed_bytes = position, position.seq, 0
            self._changed.set()

    def stop(self) -> None:
        """End the stream, saying that the server is stopping. The client reconnects and continues."""
        if not self.is_ended:
            self._end_with(reset="stopping")

    def end(self) -> None:
        """End the stream. The client reconnects and continues from its position."""
        if not self.is_ended:
            self._end_with()

    def end_as_slow(self) -> None:
        """Tell the client to reconnect and start again; drop the connection if it doesn't even take that."""
        self._end_with(reset="slow")
        asyncio.get_running_loop().call_later(LAST_WORDS, self._cut_off)

    async def next(self, within: float) -> bytes | None:
        """Wait for what to send next: a heartbeat after `within` seconds of silence, None at the end."""
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
            except AWAY:  # the client reconnects and continues from its position
                self.end()
                break
            if self.is_ended or self.position != begin:  # changed while reading
                continue
            if part is not None:
                self.position = part.up_to
                if part.messages:
                    return b"".join(part.messages)
            elif not await self._rested(within):
                return self._dialect.heartbeat(self.position)
        return self._last_words()

    async def _rested(self, within: float) -> bool:
        """Wait until something happens; return whether it did. The expiry of the key counts."""
        self._resting = True
        try:
            async with asyncio.timeout(min(within, self._seconds_left())):
                await self._changed.wait()
        except TimeoutError:
            # If something arrived at this very moment, no heartbeat yet: the position doesn't include it.
            return self._changed.is_set() or self._seconds_left() <= 0
        finally:
            self._resting = False
        return True

    def _last_words(self) -> bytes | None:
        last, reset = self._last, self._reset
        self._last = self._reset = None
        return self._dialect.reset(self.position, reset) if reset is not None else last

    def _seconds_left(self) -> float:
        """How many seconds are left until the key expires."""
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
