"""Events as messages of a dialect, each encoded once for all who get it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from server.core.live.event import EventRow
from server.core.live.event_id import EventId

# Why a client has to read anew what it shows.
Reason = Literal["too_old", "restored", "slow", "stopping"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A message, and who gets it.

    Either everybody does, or `only_for` is a user's id. `followers` get `for_followers` in its place.
    `revoked_key` is the id of a key whose streams end here, with the message; nobody else gets it.
    """

    seq: int
    message: bytes
    only_for: int | None = None
    for_followers: bytes | None = None
    followers: frozenset[int] = frozenset()
    revoked_key: int | None = None

    def to(self, viewer_id: int) -> bytes | None:
        """What this viewer gets; None for nothing."""
        if self.revoked_key is not None:
            return None
        if self.only_for is not None and self.only_for != viewer_id:
            return None
        if self.for_followers is not None and viewer_id in self.followers:
            return self.for_followers
        return self.message


class LiveDialect(Protocol):
    """An API's way to tell what happens."""

    async def frames(self, events: Sequence[EventRow], viewers: Collection[int], epoch: str) -> list[Frame]:
        """The events as messages for these viewers; none for what no longer exists."""

    def key_revoked(self, event_id: EventId, key_id: int) -> bytes:
        """The key that opened the stream is not honoured any more."""

    def reset(self, event_id: EventId, reason: Reason) -> bytes:
        """What was missed cannot be told any more."""

    def heartbeat(self, event_id: EventId) -> bytes:
        """The stream lives, and the client is that far."""
