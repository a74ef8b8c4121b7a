"""The end of the log, in memory: the events that some open stream of this process still needs."""

from __future__ import annotations

from bisect import bisect_right

from server.core.live.batch import Batch, Part
from server.core.live.event_id import EventId
from server.core.live.subscription import Subscription


class Tail:
    """The newest batches, each held once for all streams. Each stream knows its own position."""

    def __init__(self) -> None:
        self._batches: list[Batch] = []
        self._sizes: list[int] = []  # running total of everything ever added, up to the end of each batch
        self.size = 0

    def add(self, batch: Batch) -> None:
        """Add a new batch, which follows the one added last."""
        self._batches.append(batch)
        self._sizes.append((self._sizes[-1] if self._sizes else 0) + batch.size)
        self.size += batch.size

    def serves(self, stream: Subscription) -> bool:
        """Whether everything that the stream needs is here, and was rendered for its viewer too."""
        at = stream.position.seq
        return bool(self._batches) and self._batches[0].after.seq <= at and stream.joined_at <= at

    def part(self, viewer_id: int, after: EventId, *, at_most: int) -> Part:
        """The viewer's next messages: up to `at_most` bytes, or one larger message."""
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
        """How many bytes are kept for a stream at this position."""
        first = self._first_behind(position.seq)
        return self._sizes[-1] - self._sizes[first - 1] if first else self.size

    def forget(self, up_to: int) -> None:
        """Remove the events up to this number, which no stream needs any more."""
        count = self._first_behind(up_to)
        self.size -= sum(batch.size for batch in self._batches[:count])
        del self._batches[:count], self._sizes[:count]

    def clear(self) -> None:
        """Remove everything, as no stream needs it."""
        self._batches.clear()
        self._sizes.clear()
        self.size = 0

    def _first_behind(self, number: int) -> int:
        """The index of the first batch with events after this number."""
        return bisect_right(self._batches, number, key=lambda batch: batch.up_to.seq)
