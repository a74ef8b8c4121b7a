"""What is handed out in one go: for each audience joined once, however many streams get it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from server.core.live.event_id import EventId
from server.core.live.frames import Frame

# Nobody's id: who is none of those that are told something of their own.
ANYBODY = 0

# What a frame takes besides its messages, and each follower that it lists, about. Bytes.
FRAME, FOLLOWER = 200, 64


class Part(NamedTuple):
    """The next messages for one viewer, and how far in the log they reach."""

    messages: list[bytes]
    up_to: EventId


class Batch:
    """Messages, and how far in the log they reach: from what follows `after` to `up_to`."""

    def __init__(self, frames: Sequence[Frame], after: EventId, up_to: EventId) -> None:
        self.after = after
        self.up_to = up_to
        self._frames = frames
        self._numbers = [frame.seq for frame in frames]
        # The last words to each key that is revoked here.
        self.revoked = {frame.revoked_key: frame.message for frame in frames if frame.revoked_key is not None}
        self._apart: set[int] = set()
        for frame in frames:
            self._apart |= frame.followers
            if frame.only_for is not None:
                self._apart.add(frame.only_for)
        self._joined: dict[int, bytes] = {}
        self.size = sum(size(frame) for frame in frames)

    def part(self, viewer_id: int, *, after: int, at_most: int) -> Part:
        """What this viewer gets of what is later than `after`: up to so many bytes, or one message."""
        found: list[bytes] = []
        taken, reached = 0, after
        for frame in self._frames[bisect_right(self._numbers, after) :]:
            message = frame.to(viewer_id)
            if message is not None:
                if found and taken + len(message) > at_most:
                    return Part(found, EventId(self.up_to.epoch, reached))
                found.append(message)
                taken += len(message)
            reached = frame.seq
        return Part(found, self.up_to)

    def joined(self, viewer_id: int) -> bytes:
        """All that this viewer gets; the same bytes for all who get the same."""
        who = viewer_id if viewer_id in self._apart else ANYBODY
        if who not in self._joined:
            told = (frame.to(who) for frame in self._frames)
            self._joined[who] = b"".join(message for message in told if message is not None)
        return self._joined[who]

    def forget_joined(self) -> None:
        """It has been offered to every stream: what is kept for those that are behind is the messages."""
        self._joined.clear()
        self._apart.clear()


def size(frame: Frame) -> int:
    """What a frame takes, about, in bytes."""
    messages = len(frame.message) + len(frame.for_followers or b"")
    return FRAME + messages + FOLLOWER * len(frame.followers)
