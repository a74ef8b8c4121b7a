"""The tweets that those of an answer quote, put beside it for each viewer.

What most viewers get is cached in the form in which it is sent, like a page. So is what others get because
of their marks on people.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from weakref import WeakValueDictionary

from server.core.cache.marks import Marks, MarksOfViewers, People
from server.core.cache.store import Known, Store
from server.core.limits import large
from server.features.timelines import audience, hiding
from server.features.timelines.cards import Cards, needed_of
from server.features.timelines.dialect import Card, Dialect, Onlooker, Quoted, RenderedQuoted
from server.features.timelines.hiding import Hides
from server.features.timelines.page import EACH
from server.features.timelines.quoted import QuotedState

# The dialect, what it is, and the tweets.
Key: TypeAlias = tuple[str, str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Several:
    """Quoted tweets.

    Attributes:
        cards: those of them that are shown.
        authors: who wrote those.
        restricted: those of them that not every member may see.
        lowest: the lowest id among them.
    """

    quoted: Sequence[Quoted]
    rendered: RenderedQuoted
    cards: Sequence[Card]
    authors: frozenset[int]
    restricted: Sequence[int]
    lowest: int

    @property
    def size(self) -> int:
        """Approximate bytes in memory with their cards: once these are reread, nothing else holds them."""
        return self.rendered.size + sum(card.size + EACH for card in self.cards)


class Beside:
    """Puts the quoted tweets of a dialect beside answers, and caches them in this process."""

    def __init__(self, store: Store, dialect: Dialect, cards: Cards, marks: MarksOfViewers) -> None:
        self._store = store
        self._dialect = dialect
        self._cards = cards
        self._marks = marks
        # Those in memory by what they show: viewers who block the same of their authors share them.
        self._alike: WeakValueDictionary[Hashable, Several] = WeakValueDictionary()

    async def put(self, viewer: Onlooker, answer: bytes, tweet_ids: Sequence[int], marks: Marks) -> bytes:
        """The answer with these tweets as the viewer with these marks gets them."""
        key = (self._dialect.name, "quoted", tuple(tweet_ids))
        found = self._kept(key, marks.people)
        if found is None:
            found = await self._for(viewer, key, marks)
        await large.take(viewer.id, found.rendered.length)
        if marks.since > found.lowest:
            marks = await self._marks.on(viewer.id, [card.tweet_id for card in found.cards], marks)
        return found.rendered.beside(answer, viewer, marks)

    def _kept(self, key: Key, people: People) -> Several | None:
        """What viewers with these marks on people get, if that is kept."""
        if people.together:
            left: Several | None = self._store.get((*key, people))
            if left is not None:
                return left
        whole: Several | None = self._store.get(key)
        if whole is None or whole.restricted or not people.together.isdisjoint(whole.authors):
            return None
        return whole

    async def _for(self, viewer: Onlooker, key: Key, marks: Marks) -> Several:
        people, tweet_ids = marks.people, key[-1]
        known: Known[Several] = await self._store.fetch(
            key, needed_of(tweet_ids), lambda: self._read(tweet_ids), size=lambda found: found.size
        )
        found = known.value
        unseen = frozenset(found.restricted)
        if unseen:
            unseen -= await audience.seen_among(viewer.id, found.restricted)
        if not unseen and people.together.isdisjoint(found.authors):
            return found
        blocked, muted = (hiding.left_out(marks, hides) for hides in (Hides.BLOCKED, Hides.MUTED))
        quoted = []
        for one in found.quoted:
            if one.card is None:
                quoted.append(one)
            elif one.tweet_id in unseen or hiding.is_left_out(one.card, blocked, Hides.BLOCKED, viewer.id):
                quoted.append(Quoted(one.tweet_id, QuotedState.UNAVAILABLE))
            elif hiding.is_left_out(one.card, muted, Hides.MUTED, viewer.id):
                quoted.append(Quoted(one.tweet_id, QuotedState.MUTED, one.card))
            else:
                quoted.append(one)
        made = self._made(quoted)
        if not found.restricted:  # who follows whom isn't among the topics
            # The cards are those of the others, and are counted there.
            size = made.rendered.size + EACH * len(made.cards)
            self._store.put((*key, people), made, size, known.needed, known.versions)
        return made

    async def _read(self, tweet_ids: Sequence[int]) -> Several:
        cards, deleted = await self._cards.quoted(tweet_ids)
        of_tweet = {card.tweet_id: card for card in cards}
        quoted = []
        for one in tweet_ids:
            if one in of_tweet:
                quoted.append(Quoted(one, QuotedState.SHOWN, of_tweet[one]))
            else:
                quoted.append(Quoted(one, QuotedState.DELETED if one in deleted else QuotedState.UNAVAILABLE))
        return self._made(quoted)

    def _made(self, quoted: Sequence[Quoted]) -> Several:
        # They hold their cards, so that no other card has one of their addresses while they exist.
        shows = tuple([(one.tweet_id, one.state, id(one.card)) for one in quoted])
        if (alike := self._alike.get(shows)) is not None:
            return alike
        cards = [one.card for one in quoted if one.card is not None]
        made = self._alike[shows] = Several(
            quoted,
            self._dialect.quoted(quoted),
            cards,
            frozenset([card.author_id for card in cards]),
            [card.tweet_id for card in cards if not card.is_open],
            min([card.tweet_id for card in cards], default=0),
        )
        return made
