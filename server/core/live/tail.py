"""The end of the log in memory: what some stream that is open here has still to be given."""

from __future__ import annotations

from bisect import bisect_right

from server.core.live.batch import Batch, Part
from server.core.live.event_id import EventId
from server.core.live.subscription import Subscription


class Tail:
    """The newest batches, each held once for all streams. A stream knows how far it is."""

    def __init__(self) -> None:
        self._batches: list[Batch] = []
        self._sizes: list[int] = []  # of all that ever was here, up to the end of each batch
        self.size = 0

    def add(self, batch: Batch) -> None:
        """What is new: it follows what was added last."""
        self._batches.append(batch)
        self._sizes.append((self._sizes[-1] if self._sizes else 0) + batch.size)
        self.size += batch.size

    def serves(self, stream: Subscription) -> bool:
        """Whether all that the stream is to be given is here, and was made for its viewer too."""
        at = stream.position.seq
        return bool(self._batches) and self._batches[0].after.seq <= at and stream.joined_at <= at

    def part(self, viewer_id: int, after: EventId, *, at_most: int) -> Part:
        """What the viewer gets next: up to so many bytes, or one message that is larger."""
        found: list[bytes] = []
        left = at_most
        for batch in self._batches[self._first_behind(after.seq) :]:
            part = batch.part(viewer_id, after=after.seq, at_most=left)
            size = sum(map(len, part.messages))
            if found and size > left:
                break
            found += part.messages
            after, left = part.up_to, left - size
            if part.up_to != batch.up_to or left <= 0:
                break
        return Part(found, after)

    def waiting(self, position: EventId) -> int:
        """How many bytes are kept for a stream that is here."""
        first = self._first_behind(position.seq)
        return self._sizes[-1] - self._sizes[first - 1] if first else self.size

    def forget(self, up_to: int) -> None:
        """Nobody needs the events up to this number any more."""
        count = self._first_behind(up_to)
        self.size -= sum(batch.size for batch in self._batches[:count])
        del self._batches[:count], self._sizes[:count]

    def clear(self) -> None:
        """Nobody needs any of it."""
        self._batches.clear()
        self._sizes.clear()
        self.size = 0

    def _first_behind(self, number: int) -> int:
        """Which batch is the first to have later events."""
        return bisect_right(self._batches, number, key=lambda batch: batch.up_to.seq)
