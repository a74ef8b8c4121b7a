"""A page of a timeline, and what it is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from server.core.cache import topics
from server.features.timelines.dialect import Card, Cursors, Entry, RenderedPage
from server.features.timelines.timeline import Place, Timeline

# The bytes that a cached id takes, with the topics that it needs.
EACH = 370


class Part(NamedTuple):
    """A part of a timeline: at most `limit` tweets older than the cursor `before`, after skipping `skip`.

    With `after`, it is the tweets just newer than that cursor. Each tweet shows at most `likers` likers.
    """

    before: int
    skip: int
    limit: int
    likers: int
    after: int | None = None


class PageKey(NamedTuple):
    """Identifies a page of a timeline.

    Attributes:
        subject: whose timeline it is, or of what; 0 for everyone's.
        reader: the only one who reads it, if what is on it depends on whom they follow; otherwise 0.
    """

    timeline: Timeline
    subject: int
    part: Part
    reader: int = 0

    @property
    def topics(self) -> list[int]:
        """The topics that decide which tweets are on it."""
        needed = self.timeline.order(self.subject)
        return [*needed, topics.follows_of(self.reader)] if self.reader else needed


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Page:
    """A page, and the cards in it, each with its entry.

    Attributes:
        lowest: the lowest id among its tweets.
        people: the authors of its tweets, everyone whom these mention, and who reposted them.
        restricted: its tweets that not every member may see.
        quotes: the tweets that its tweets quote.
    """

    cards: list[Card]
    entries: list[Entry]
    cursors: Cursors
    rendered: RenderedPage
    lowest: int
    people: frozenset[int]
    restricted: tuple[int, ...]
    quotes: tuple[int, ...]

    @property
    def size(self) -> int:
        """Approximate bytes in memory with its cards: once these are reread, nothing else holds them."""
        return self.rendered.size + sum(card.size + EACH for card in self.cards)


class Seen(NamedTuple):
    """A page's bytes, and whether it has no tweets."""

    answer: bytes
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Ids:
    ids: list[int]
    entries: list[Entry]  # of these tweets
    cursors: Cursors


def ids_of(part: Part, places: Sequence[Place]) -> Ids:
    shown, goes_on = places[: part.limit], len(places) > part.limit > 0
    if part.after is not None:
        shown, goes_on = shown[::-1], bool(shown)  # at least the tweet that the cursor stands for is older
    cursors = Cursors(shown[-1].cursor if goes_on else None, shown[0].cursor if shown else None)
    entries = entries_of(shown)
    return Ids(list(entries), list(entries.values()), cursors)


def entries_of(places: Sequence[Place]) -> dict[int, Entry]:
    """The tweets at these places, each once: at its own place, or else at that of its newest repost."""
    found: dict[int, Entry] = {}
    for place in places:
        if place.by is None:
            found.pop(place.id, None)
            found[place.id] = Entry((place,))
        else:
            earlier = found.get(place.id, Entry(()))
            found[place.id] = Entry((*earlier.places, place))
    return found


def cursor_of(place: Place) -> int:
    return place.cursor
