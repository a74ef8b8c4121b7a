"""Pages of timelines, put together as bytes from ids, the cards of these tweets, and the viewer's marks.

What looks the same to everyone is cached in the form in which it is sent. Each part is cached and reread
separately: a like costs only its one card, a new tweet only the ids and its own card.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from server.core.cache.marks import Marks, MarksOfViewers
from server.core.cache.store import Known, Store
from server.core.limits.turns import Turns
from server.features.timelines import timeline
from server.features.timelines.cards import Cards, needed_of
from server.features.timelines.dialect import Card, Cursors, Dialect, Onlooker, RenderedPage
from server.features.timelines.timeline import Asked, Place, Timeline

# The bytes that a cached id takes, with the topics that it needs.
EACH = 210

# How many pages that are not in memory one user may read at once in this process, and how many more may wait.
# A deep page takes the database up to half a second of a core, and others need it too.
AT_ONCE, WAITING = 2, 50

# The weight of the latest page in what is expected of the next one.
LEARNING = 0.1


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
    """Identifies a page of a timeline. `subject` is the user whose timeline it is, 0 for everyone's."""

    timeline: Timeline
    subject: int
    part: Part


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the cards in it."""

    cards: list[Card]
    rendered: RenderedPage
    lowest: int

    @property
    def size(self) -> int:
        """Approximate bytes in memory with its cards: once these are reread, nothing else holds them."""
        return self.rendered.size + sum(card.size + EACH for card in self.cards)


class Seen(NamedTuple):
    """A page's bytes, and whether it has no tweets."""

    answer: bytes
    is_empty: bool


@dataclass(frozen=True, slots=True)
class _Ids:
    ids: list[int]
    cursors: Cursors


class Pages:
    """Puts pages of a dialect together, and caches them in this process."""

    def __init__(self, store: Store, dialect: Dialect, marks: MarksOfViewers) -> None:
        self._store = store
        self._dialect = dialect
        self._cards = Cards(store, dialect)
        self._marks = marks
        self._turns = Turns(at_once=AT_ONCE, waiting=WAITING)
        # The share of absent cards on pages that were not known from before, smoothed.
        self._absent = 1.0
        # How many requested pages were found in the cache in the form in which they are sent, and how many
        # not.
        self.hits = self.misses = 0

    async def read(self, viewer: Onlooker, key: PageKey) -> Seen:
        """The page as this viewer sees it: two or three queries, and none if everything is cached."""
        page: Page | None = self._store.get((self._dialect.name, key))
        marks = self._marks.kept(viewer.id)
        if page is None:
            self.misses += 1
        else:
            self.hits += 1
        if page is None or marks is None:
            read = partial(self._both, key, viewer.id, page, marks)
            both: tuple[Page, Marks] = await self._turns.run(viewer.id, read)
            page, marks = both
        if marks.since > page.lowest:  # a deep page, for a viewer who has many marks
            marks = await self._marks.on(viewer.id, [card.tweet_id for card in page.cards])
        return Seen(page.rendered.seen_by(viewer, marks), not page.cards)

    async def one(self, viewer: Onlooker, tweet_id: int, *, likers: int) -> bytes | None:
        """One tweet as this viewer sees it; None if it doesn't exist."""
        cards = await self._cards.of([tweet_id], likers=likers)
        if not cards:
            return None
        marks = self._marks.kept(viewer.id) or await self._marks.of(viewer.id)
        if marks.since > tweet_id:
            marks = await self._marks.on(viewer.id, [tweet_id])
        return cards[0].seen_by(viewer, marks)

    async def _both(
        self, key: PageKey, user_id: int, page: Page | None, marks: Marks | None
    ) -> tuple[Page, Marks]:
        """Read what is missing of a page and the viewer's marks, both concurrently."""
        if page is not None:
            return page, await self._marks.of(user_id)
        if marks is not None:
            return await self._page(key), marks
        return await asyncio.gather(self._page(key), self._marks.of(user_id))

    async def _page(self, key: PageKey) -> Page:
        earlier: _Ids | None = self._store.last(("ids", key))
        read: dict[int, Known[Card]] = {}
        ids = await self._store.fetch(
            ("ids", key),
            key.timeline.order(key.subject),
            lambda: self._read_ids(key, earlier, read),
            size=lambda ids: EACH * len(ids.ids),
        )
        page = await self._store.fetch(
            (self._dialect.name, key),
            needed_of(ids.value.ids),
            lambda: self._compose(key, ids.value, read),
            size=lambda page: page.size,
            made_from=ids,
        )
        return page.value

    async def _read_ids(self, key: PageKey, earlier: _Ids | None, read: dict[int, Known[Card]]) -> _Ids:
        """Read the ids of a page and, in the same statement, rows that are expected to be needed.

        These are the rows of new tweets if the page is known from before. If it isn't, they are all rows or
        none, whichever was better for most of the last such pages. Their cards are added to `read`.
        """
        part, likers = key.part, key.part.likers
        reading = key.timeline.older if part.after is None else key.timeline.newer
        cursor = part.before if part.after is None else part.after
        # One more than the page holds, to know whether anything follows.
        asked = Asked(cursor, part.limit + 1 if part.limit else 0, part.skip, key.subject)
        if earlier is None and self._absent < 0.5:
            places = await timeline.places(reading, asked)
            self._learn(places, likers)
            return _ids(part, places)
        known = self._cards.kept(earlier.ids, likers=likers) if earlier is not None else []
        before = self._store.versions.all()
        places, rows = await timeline.places_with_rows(reading, asked, likers=likers, known=known)
        if earlier is None:
            self._learn(places, likers)
        read |= self._cards.rendered(rows, before, likers=likers)
        return _ids(part, places)

    def _learn(self, places: Sequence[Place], likers: int) -> None:
        """Note which share of the cards of a page that was not known from before is absent."""
        if places:
            kept = self._cards.kept([place.id for place in places], likers=likers)
            self._absent += (1 - len(kept) / len(places) - self._absent) * LEARNING

    async def _compose(self, key: PageKey, found: _Ids, read: Mapping[int, Known[Card]]) -> Page:
        cards = await self._cards.of(found.ids, likers=key.part.likers, read=read)
        return Page(cards, self._dialect.page(cards, found.cursors), min(found.ids, default=0))


def _ids(part: Part, places: Sequence[Place]) -> _Ids:
    shown, goes_on = places[: part.limit], len(places) > part.limit > 0
    if part.after is not None:
        shown, goes_on = shown[::-1], bool(shown)  # at least the tweet that the cursor stands for is older
    cursors = Cursors(shown[-1].cursor if goes_on else None, shown[0].cursor if shown else None)
    return _Ids([place.id for place in shown], cursors)
