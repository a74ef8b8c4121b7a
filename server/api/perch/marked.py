"""A viewer's marks on tweets, spliced into JSON that was made for everyone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from server.api.perch.shapes.tweets import Tweet
from server.core.cache.marks import NO_MARKS
from server.features.registry import MARKS

# The marks stand side by side in a card, in this order. Each has its field.
_KINDS = {mark.name for mark in MARKS}
NAMES = tuple(name for name in Tweet.__struct_fields__ if name in _KINDS)
assert set(NAMES) == _KINDS, _KINDS  # noqa: S101

# The marks as JSON, by the names of those that are set.
MARKED = {
    frozenset(names): b",".join(
        b'"%b":%b' % (name.encode(), b"true" if name in names else b"false") for name in NAMES
    )
    for count in range(len(NAMES) + 1)
    for names in combinations(NAMES, count)
}
UNMARKED = MARKED[NO_MARKS]


class Pieces(NamedTuple):
    """JSON cut at its marks. `places` are the indexes of the pieces with marks, by the tweet's id."""

    pieces: list[bytes]
    places: dict[int, int]

    def marked(self, marked: Iterable[tuple[int, frozenset[str]]]) -> list[bytes]:
        """The pieces with the marks of these tweets."""
        found, places = self.pieces.copy(), self.places
        for tweet_id, names in marked:
            found[places[tweet_id]] = MARKED[names]
        return found


def cut(plain: bytes, tweets: Sequence[tuple[int, int]]) -> Pieces:
    """Cut JSON at its marks.

    Args:
        tweets: the ids of its tweets, each with the offset of its marks, in the order of these.
    """
    found: list[bytes] = []
    places = {}
    end = 0
    for tweet_id, begin in tweets:
        found += [plain[end:begin], UNMARKED]
        places[tweet_id] = len(found) - 1
        end = begin + len(UNMARKED)
    return Pieces([*found, plain[end:]], places)
