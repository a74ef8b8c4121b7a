"""Events as messages of a dialect, each encoded once for all of its recipients."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from server.core.live.event import EventRow
from server.core.live.event_id import EventId
from server.core.live.kinds import Recipients

# Why a client must reload what it displays.
Reason = Literal["too_old", "restored", "slow", "stopping"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A message and its recipients. Those on whose Following timeline it is get `for_followers` instead."""

    seq: int
    message: bytes
    recipients: Recipients
    for_followers: bytes | None = None

    def to(self, viewer_id: int) -> bytes | None:
        """The message for this viewer; None if they get none."""
        among, not_for, followers, revoked_key = self.recipients
        if revoked_key is not None or viewer_id in not_for:
            return None
        if among is not None and viewer_id not in among:
            return None
        if self.for_followers is not None and viewer_id in followers:
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
