"""What is handed out in one go: for each audience joined once, however many streams get it."""

from __future__ import annotations

from collections.abc import Sequence

from server.realtime.frames import Frame
from server.wire.events import EventId

# Nobody's id: who is none of those that are told something of their own.
ANYBODY = 0


class Batch:
    """Messages, and how far in the log they reach: from what follows `after` to `up_to`."""

    def __init__(self, frames: Sequence[Frame], after: EventId, up_to: EventId) -> None:
        self.frames = frames
        self.after = after
        self.up_to = up_to
        # The last words to each key that is revoked here.
        self.revoked = {frame.revoked_key: frame.message for frame in frames if frame.revoked_key is not None}
        self._apart: set[int] = set()
        for frame in frames:
            self._apart |= frame.followers
            if frame.only_for is not None:
                self._apart.add(frame.only_for)
        self._joined: dict[int, bytes] = {}

    def messages(self, viewer_id: int, *, after: int = 0) -> list[bytes]:
        """What this viewer gets, of what is later than `after`."""
        told = (frame.to(viewer_id) for frame in self.frames if frame.seq > after)
        return [message for message in told if message is not None]

    def joined(self, viewer_id: int) -> bytes:
        """All that this viewer gets; the same bytes for all who get the same."""
        who = viewer_id if viewer_id in self._apart else ANYBODY
        if who not in self._joined:
            self._joined[who] = b"".join(self.messages(who))
        return self._joined[who]
