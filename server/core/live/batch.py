"""Events handed out together: their messages are joined once per audience, for any number of streams."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from server.core.live.event_id import EventId
from server.core.live.frames import Frame

# Nobody's id: it stands for all viewers who get nothing of their own.
ANYBODY = 0

# The approximate size in bytes of a frame without its messages, and of each viewer that it lists.
FRAME, LISTED = 200, 64


class Part(NamedTuple):
    """The next messages for one viewer, and the position in the log up to which they reach."""

    messages: list[bytes]
    up_to: EventId


class Batch:
    """Messages for the events in the log after position `after`, up to and including `up_to`."""

    def __init__(self, frames: Sequence[Frame], after: EventId, up_to: EventId) -> None:
        self.after = after
        self.up_to = up_to
        self._frames = frames
        self._numbers = [frame.seq for frame in frames]
        # The last message for each key that is revoked in this batch.
        self.revoked = {
            key: frame.message for frame in frames if (key := frame.recipients.revoked_key) is not None
        }
        self._apart: set[int] = set()
        for frame in frames:
            among, not_for, followers, _ = frame.recipients
            self._apart.update(followers, not_for, among or ())
        self._joined: dict[int, bytes] = {}
        self.size = sum(size(frame) for frame in frames)

    def part(self, viewer_id: int, *, after: int, at_most: int) -> Part:
        """This viewer's messages after `after`: up to `at_most` bytes, or one larger message."""
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
        """All messages for this viewer, joined; viewers who get the same share the bytes."""
        who = viewer_id if viewer_id in self._apart else ANYBODY
        if who not in self._joined:
            told = (frame.to(who) for frame in self._frames)
            self._joined[who] = b"".join(message for message in told if message is not None)
        return self._joined[who]

    def forget_joined(self) -> None:
        """Free the joined bytes once every stream was offered them. Streams behind need only messages."""
        self._joined.clear()
        self._apart.clear()


def size(frame: Frame) -> int:
    """The approximate size of a frame, in bytes."""
    messages = len(frame.message) + len(frame.for_followers or b"")
    among, not_for, followers, _ = frame.recipients
    listed = len(followers) + len(not_for) + len(among or ())
    return FRAME + messages + LISTED * listed
