"""Pages of timelines, put together as bytes from ids, the cards of these tweets, and the viewer's marks.

What looks the same to everyone is cached in the form in which it is sent. Each part is cached and reread
separately: a like costs only its one card, a new tweet only the ids and its own card.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import partial
from weakref import WeakValueDictionary

from server.core.cache import topics
from server.core.cache.marks import Marks, MarksOfViewers, People
from server.core.cache.store import Known, Store
from server.core.limits import large
from server.core.limits.turns import Turns
from server.features.timelines import audience, hiding, timeline
from server.features.timelines.beside import Beside
from server.features.timelines.cards import Cards, needed_of
from server.features.timelines.dialect import Card, Cursors, Dialect, Entry, Onlooker
from server.features.timelines.hiding import Hides, people_of
from server.features.timelines.page import EACH, Ids, Page, PageKey, Seen, cursor_of, entries_of, ids_of
from server.features.timelines.quoted import Shown
from server.features.timelines.timeline import Asked, Place, Timeline

# How many pages that are not in memory one user may read at once in this process, and how many more may wait.
# A deep page takes the database up to half a second of a core, and others need it too.
AT_ONCE, WAITING = 2, 50

# A page that begins so many tweets down is deep. Of all users together, one such page is read at a time: a
# few of them could otherwise keep every core of the database busy.
DEEP = 1_000

# A page that leaves out tweets for its viewer is made from at most so many pages: it and those below it.
MOST_BELOW = 10

# The weight of the latest page in what is expected of the next one.
LEARNING = 0.1


class Pages:
    """Puts pages of a dialect together, and caches them in this process."""

    def __init__(self, store: Store, dialect: Dialect, marks: MarksOfViewers) -> None:
        self._store = store
        self._dialect = dialect
        self._cards = Cards(store, dialect)
        self._marks = marks
        self._beside = Beside(store, dialect, self._cards, marks)
        self._turns = Turns(at_once=AT_ONCE, waiting=WAITING)
        self._deep = Turns(at_once=1, waiting=WAITING)
        # Pages in memory by what they show. Whoever follows the same people has the same page of Following.
        self._alike: WeakValueDictionary[Hashable, Page] = WeakValueDictionary()
        # The share of absent cards on pages that were not known from before, smoothed.
        self._absent = 1.0
        # How many requested pages were found in the cache in the form in which they are sent, and how many
        # not.
        self.hits = self.misses = 0

    async def read(self, viewer: Onlooker, key: PageKey) -> Seen:
        """The page as this viewer sees it: two or three queries, and none if everything is cached."""
        marks = self._marks.kept(viewer.id)
        page = None if marks is None else self._left(key, marks.people)
        if page is not None and marks is not None:
            self.hits += 1
            return await self._seen(viewer, page, marks)
        page = self._store.get((self._dialect.name, key))
        if page is None:
            self.misses += 1
        else:
            self.hits += 1
        if page is None or marks is None:
            read = partial(self._both, key, viewer.id, page, marks)
            if key.part.skip >= DEEP:
                read = partial(self._deep.run, "all", read)
            both: tuple[Page, Marks] = await self._turns.run(viewer.id, read)
            page, marks = both
        left_out = hiding.left_out(marks, key.timeline.hides)
        if key.timeline.of_person and key.subject in left_out:
            left_out -= {key.subject}  # whoever asks for somebody's tweets gets them, muted or not
        if not left_out.isdisjoint(page.people) or (page.restricted and key.timeline.is_mixed):
            left = self._left(key, marks.people)
            without = partial(self._without, key, viewer.id, marks.people, left_out)
            page = left if left is not None else await self._turns.run(viewer.id, without)
        return await self._seen(viewer, page, marks)

    def _left(self, key: PageKey, people: People) -> Page | None:
        """What is left of a page for viewers with these marks on people, if that is kept.

        It is looked for first, so that the whole page of a viewer's own timeline need not be kept too.
        """
        if not people.together:
            return None
        page: Page | None = self._store.get((self._dialect.name, key, people))
        return page

    async def _seen(self, viewer: Onlooker, page: Page, marks: Marks) -> Seen:
        await large.take(viewer.id, page.rendered.size // 2)
        on_page = marks
        if marks.since > page.lowest:  # a deep page, for a viewer who has many marks
            on_page = await self._marks.on(viewer.id, [card.tweet_id for card in page.cards], marks)
        answer = page.rendered.seen_by(viewer, on_page)
        if page.quotes:
            answer = await self._beside.put(viewer, answer, page.quotes, marks)
        return Seen(answer, not page.cards)

    async def with_quoted(self, viewer: Onlooker, answer: bytes, tweet_ids: Sequence[int]) -> bytes:
        """Add the tweets that those of an answer quote, as this viewer sees them."""
        if not tweet_ids:
            return answer
        marks = self._marks.kept(viewer.id) or await self._marks.of(viewer.id)
        return await self._beside.put(viewer, answer, tweet_ids, marks)

    async def one(self, viewer: Onlooker, tweet_id: int, *, likers: int) -> Shown | None:
        """One tweet as this viewer sees it; None if it doesn't exist, or isn't for this viewer."""
        card = self._cards.kept_one(tweet_id, likers=likers)
        if card is None:
            card = await self._cards.one(tweet_id, likers=likers)
        if card is None or not (card.is_open or await audience.seen_among(viewer.id, [tweet_id])):
            return None
        marks = self._marks.kept(viewer.id) or await self._marks.of(viewer.id)
        if card.author_id in hiding.left_out(marks, Hides.BLOCKED):
            return None
        if marks.since > tweet_id:
            marks = await self._marks.on(viewer.id, [tweet_id], marks)
        return Shown(card.seen_by(viewer, marks), card.quotes)

    async def some(
        self, viewer: Onlooker, tweet_ids: Sequence[int], *, hides: Hides, but: int | None = None
    ) -> dict[int, Shown]:
        """Those of these tweets that exist for this viewer, as they see them, without likers.

        Args:
            hides: which of them to leave out for the viewer.
            but: one that is left out only because of a block.
        """
        return await self._for(viewer, await self._cards.of(tweet_ids, likers=0), hides=hides, but=but)

    async def _for(
        self, viewer: Onlooker, cards: list[Card], *, hides: Hides, but: int | None = None
    ) -> dict[int, Shown]:
        """The same of these cards."""
        if restricted := [card.tweet_id for card in cards if not card.is_open]:
            seen = await audience.seen_among(viewer.id, restricted)
            cards = [card for card in cards if card.is_open or card.tweet_id in seen]
        marks = self._marks.kept(viewer.id) or await self._marks.of(viewer.id)
        if left_out := hiding.left_out(marks, hides):
            blocked = hiding.left_out(marks, Hides.BLOCKED)
            cards = [
                card
                for card in cards
                if not hiding.is_left_out(
                    card, blocked if card.tweet_id == but else left_out, hides, viewer.id
                )
            ]
        if cards and marks.since > min(card.tweet_id for card in cards):
            marks = await self._marks.on(viewer.id, [card.tweet_id for card in cards], marks)
        await large.take(viewer.id, sum(card.size for card in cards))
        return {card.tweet_id: Shown(card.seen_by(viewer, marks), card.quotes) for card in cards}

    def needed(self, viewer: Onlooker, tweet_ids: Iterable[int]) -> list[int]:
        """The topics on which `some` depends."""
        return [topics.follows_of(viewer.id), *self._marks.needed(viewer.id), *needed_of(tweet_ids)]

    async def left_out(self, viewer: Onlooker, hides: Hides) -> frozenset[int]:
        """The people whose tweets such a list leaves out for the viewer."""
        return hiding.left_out(self._marks.kept(viewer.id) or await self._marks.of(viewer.id), hides)

    async def _without(self, key: PageKey, viewer_id: int, people: People, left_out: frozenset[int]) -> Page:
        """The page without what this viewer may not see, and with some of the next page in its place.

        It is kept, unless somebody's tweets for followers are on it: who follows whom isn't among its topics.
        Numbered pages, and those of newer tweets, are not filled up: they would overlap others.

        Args:
            people: the viewer's marks on people, which stand for the viewer in the cache.
            left_out: the people whose tweets are left out.
        """
        part, hides = key.part, key.timeline.hides
        most = 1 if part.skip > 0 or part.after is not None else MOST_BELOW
        used: list[Known[Page]] = []
        keys: list[PageKey] = []
        cards: dict[int, Card] = {}
        places: list[Place] = []
        older: int | None = part.before
        is_restricted = False
        while older is not None and len(cards) < part.limit and len(used) < most:
            below = key if not used else key._replace(part=part._replace(before=older))
            keys.append(below)
            used.append(await self._page(below))
            page = used[-1].value
            asked = page.restricted if key.timeline.is_mixed else ()
            unseen = frozenset(asked) - await audience.seen_among(viewer_id, asked)
            for card, entry in zip(page.cards, page.entries, strict=True):
                if card.tweet_id in unseen or hiding.is_left_out(card, left_out, hides, viewer_id):
                    continue
                wanted = [place for place in entry.places if place.by is None or place.by.id not in left_out]
                if wanted:
                    cards[card.tweet_id] = card
                    places += wanted
            is_restricted = is_restricted or bool(asked)
            older = page.cursors.older
        kept = list(entries_of(sorted(places, key=cursor_of, reverse=True)).items())
        if len(kept) > part.limit:
            kept = kept[: part.limit]
            older = kept[-1][1].cursor
        newer = used[0].value.cursors.newer
        # A cursor must not tell of what isn't shown. Where newer tweets are asked for, it has to lead on.
        if key.timeline.is_mixed or part.after is None:
            newer = kept[0][1].cursor if kept else None
        if key.timeline.is_mixed and most == 1:
            older = kept[-1][1].cursor if kept and older is not None else None
        cursors = Cursors(older, newer)
        made = self._made(
            key.timeline, [cards[one] for one, _ in kept], [entry for _, entry in kept], cursors
        )
        if is_restricted or not people.together:  # viewers without marks on people share the same one
            return made
        needed = tuple([topic for one in used for topic in one.needed])
        versions = tuple([version for one in used for version in one.versions])
        # Its cards are those of the pages that it is made from, and are counted there.
        size = made.rendered.size + EACH * len(made.cards)
        self._store.put((self._dialect.name, key, people), made, size, needed, versions)
        if viewer_id in (key.subject, key.reader):  # usually, nobody else reads the whole pages
            for one in keys:
                self._store.forget((self._dialect.name, one))
        return made

    async def is_follower(self, viewer: Onlooker, author_id: int) -> bool:
        """Whether the viewer follows the author, or is the author."""
        return await audience.is_follower(self._store, viewer.id, author_id)

    async def _both(
        self, key: PageKey, user_id: int, page: Page | None, marks: Marks | None
    ) -> tuple[Page, Marks]:
        """Read what is missing of a page and the viewer's marks, both concurrently."""
        if page is not None:
            return page, await self._marks.of(user_id)
        if marks is not None:
            return (await self._page(key)).value, marks
        known, found = await asyncio.gather(self._page(key), self._marks.of(user_id))
        return known.value, found

    async def _page(self, key: PageKey) -> Known[Page]:
        earlier: Ids | None = self._store.last(("ids", key))
        read: dict[int, Known[Card]] = {}
        ids = await self._store.fetch(
            ("ids", key),
            key.topics,
            lambda: self._read_ids(key, earlier, read),
            size=lambda ids: EACH * len(ids.ids),
        )
        return await self._store.fetch(
            (self._dialect.name, key),
            needed_of(ids.value.ids),
            lambda: self._compose(key, ids.value, read),
            size=lambda page: page.size,
            made_from=ids,
        )

    async def _read_ids(self, key: PageKey, earlier: Ids | None, read: dict[int, Known[Card]]) -> Ids:
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
            return ids_of(part, places)
        known = self._cards.kept(earlier.ids, likers=likers) if earlier is not None else []
        before = self._store.versions.all()
        places, rows = await timeline.places_with_rows(reading, asked, likers=likers, known=known)
        if earlier is None:
            self._learn(places, likers)
        read |= self._cards.rendered(rows, before, likers=likers)
        return ids_of(part, places)

    def _learn(self, places: Sequence[Place], likers: int) -> None:
        """Note which share of the cards of a page that was not known from before is absent."""
        if places:
            kept = self._cards.kept([place.id for place in places], likers=likers)
            self._absent += (1 - len(kept) / len(places) - self._absent) * LEARNING

    async def _compose(self, key: PageKey, found: Ids, read: Mapping[int, Known[Card]]) -> Page:
        cards = await self._cards.of(found.ids, likers=key.part.likers, read=read)
        entries = found.entries
        if len(cards) < len(entries):
            of_tweet = dict(zip(found.ids, entries, strict=True))
            entries = [of_tweet[card.tweet_id] for card in cards]
        return self._made(key.timeline, cards, entries, found.cursors)

    def _made(self, timeline: Timeline, cards: list[Card], entries: list[Entry], cursors: Cursors) -> Page:
        # A page holds its cards, so that no other card has one of their addresses while the page exists.
        shows = (timeline.has_reposts, *map(id, cards), *entries, cursors)
        if (alike := self._alike.get(shows)) is not None:
            return alike
        lowest = min([card.tweet_id for card in cards], default=0)
        rendered = self._dialect.page(cards, cursors, entries if timeline.has_reposts else None)
        restricted = tuple([card.tweet_id for card in cards if not card.is_open])
        people = people_of(cards)
        if timeline.has_reposts:
            people |= {person.id for entry in entries for person in entry.reposters}
        quotes = tuple({card.quotes: None for card in cards if card.quotes is not None})
        made = Page(cards, entries, cursors, rendered, lowest, people, restricted, quotes)
        self._alike[shows] = made
        return made
