"""Pages of timelines: ids, the cards of these tweets, and the viewer's marks, put together as bytes.

What everybody sees alike is kept as it is sent. Each part is kept by itself and read anew by itself: a like
costs its one card, a new tweet the ids and its own card.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from server.core.cache.marks import Marks, MarksOfViewers
from server.core.cache.store import Store
from server.features.timelines import timeline
from server.features.timelines.cards import Cards, needed_of
from server.features.timelines.dialect import Card, Cursors, Dialect, Onlooker, RenderedPage
from server.features.timelines.timeline import Timeline

# Of an id, with what it needs. Bytes.
EACH = 210


class Part(NamedTuple):
    """Which part of a timeline: at most `limit` tweets older than the cursor `before`, after `skip` others.

    With `after` it is those just newer than that cursor. `likers` is how many each tweet shows at most.
    """

    before: int
    skip: int
    limit: int
    likers: int
    after: int | None = None


class PageKey(NamedTuple):
    """Which page of which timeline. `subject` is whose it is, 0 for everybody's."""

    timeline: Timeline
    subject: int
    part: Part


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the cards that it is made of."""

    cards: list[Card]
    rendered: RenderedPage
    lowest: int

    @property
    def size(self) -> int:
        """Bytes of memory, about: of its cards too, as nobody else holds them when they are read anew."""
        return self.rendered.size + sum(card.size + EACH for card in self.cards)


class Seen(NamedTuple):
    """A page's answer, and whether no tweet is in it."""

    answer: bytes
    is_empty: bool


@dataclass(frozen=True, slots=True)
class _Ids:
    ids: list[int]
    cursors: Cursors


class Pages:
    """The pages of a dialect that this process keeps, and those that it puts together."""

    def __init__(self, store: Store, dialect: Dialect, marks: MarksOfViewers) -> None:
        self._store = store
        self._dialect = dialect
        self._cards = Cards(store, dialect)
        self._marks = marks
        # Pages that were asked for: how many were kept as they are sent, and how many were not.
        self.hits = self.misses = 0

    async def read(self, viewer: Onlooker, key: PageKey) -> Seen:
        """The page as this viewer sees it. At most three queries, and none where all is kept."""
        page: Page | None = self._store.get((self._dialect.name, key))
        marks = self._marks.kept(viewer.id)
        if page is None:
            self.misses += 1
        else:
            self.hits += 1
        if page is None or marks is None:
            page, marks = await self._both(key, viewer.id, page, marks)
        if marks.since > page.lowest:  # a deep page, of somebody who has many marks
            marks = await self._marks.on(viewer.id, [card.tweet_id for card in page.cards])
        return Seen(page.rendered.seen_by(viewer, marks), not page.cards)

    async def one(self, viewer: Onlooker, tweet_id: int, *, likers: int) -> bytes | None:
        """One tweet as this viewer sees it; None where there is none."""
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
        """What is missing of a page and the viewer's marks; of both at the same time."""
        if page is not None:
            return page, await self._marks.of(user_id)
        if marks is not None:
            return await self._page(key), marks
        return await asyncio.gather(self._page(key), self._marks.of(user_id))

    async def _page(self, key: PageKey) -> Page:
        ids = await self._store.fetch(
            ("ids", key),
            key.timeline.order(key.subject),
            lambda: _read_ids(key),
            size=lambda ids: EACH * len(ids.ids),
        )
        page = await self._store.fetch(
            (self._dialect.name, key),
            needed_of(ids.value.ids),
            lambda: self._compose(key, ids.value),
            size=lambda page: page.size,
            made_from=ids,
        )
        return page.value

    async def _compose(self, key: PageKey, found: _Ids) -> Page:
        cards = await self._cards.of(found.ids, likers=key.part.likers)
        return Page(cards, self._dialect.page(cards, found.cursors), min(found.ids, default=0))


async def _read_ids(key: PageKey) -> _Ids:
    """One more than the page holds, to know whether anything follows."""
    part = key.part
    statement = key.timeline.older if part.after is None else key.timeline.newer
    cursor = part.before if part.after is None else part.after
    more = part.limit + 1 if part.limit else 0
    places = await timeline.places(statement, key.subject, cursor=cursor, skip=part.skip, limit=more)
    shown, goes_on = places[: part.limit], len(places) > part.limit > 0
    if part.after is not None:
        shown, goes_on = shown[::-1], bool(shown)  # there is what the cursor stands for, at least
    cursors = Cursors(shown[-1].cursor if goes_on else None, shown[0].cursor if shown else None)
    return _Ids([place.id for place in shown], cursors)
