"""Events as messages of a dialect, each encoded once for all of its recipients."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from server.core.live.event import EventRow
from server.core.live.event_id import EventId

# Why a client must reload what it displays.
Reason = Literal["too_old", "restored", "slow", "stopping"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A message and its recipients.

    Everyone gets it except `not_for` or, if there is `among`, only these users.
    `followers` get `for_followers` instead. If `revoked_key` is set, only streams opened with the key of that
    id get the message, and then they end.
    """

    seq: int
    message: bytes
    for_followers: bytes | None = None
    followers: frozenset[int] = frozenset()
    revoked_key: int | None = None
    not_for: frozenset[int] = frozenset()
    among: frozenset[int] | None = None

    def to(self, viewer_id: int) -> bytes | None:
        """The message for this viewer; None if they get none."""
        if self.revoked_key is not None:
            return None
        if viewer_id in self.not_for or (self.among is not None and viewer_id not in self.among):
            return None
        if self.for_followers is not None and viewer_id in self.followers:
            return self.for_followers
        return self.message


class LiveDialect(Protocol):
    """How an API sends live events."""

    async def frames(self, events: Sequence[EventRow], viewers: Collection[int], epoch: str) -> list[Frame]:
        """The events as messages for these viewers; none for what no longer exists."""

    def key_revoked(self, event_id: EventId, key_id: int) -> bytes:
        """The message that the key which opened the stream is no longer valid."""

    def reset(self, event_id: EventId, reason: Reason) -> bytes:
        """The message that what the client missed can no longer be sent."""

    def heartbeat(self, event_id: EventId) -> bytes:
        """The message that the stream is alive, with the client's position."""
