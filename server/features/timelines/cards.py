"""Tweets rendered by a dialect, each once for all viewers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from server.core.cache import topics
from server.core.cache.store import Known, Store
from server.core.cache.versions import Words
from server.core.database.connection import records
from server.features.timelines import timeline
from server.features.timelines.dialect import Card, Dialect
from server.features.timelines.timeline import TweetRow

NONE: Mapping[int, Known[Card]] = MappingProxyType({})

# $1 tweets. Those of hidden authors have no cards, but exist.
EXISTING = "SELECT id FROM tweets WHERE id = ANY($1::bigint[])"

# The bytes that it takes to remember that there is no card.
ABSENT = 300


def needed_of(tweet_ids: Iterable[int]) -> list[int]:
    """The topics that cards depend on: the tweets themselves, and the names shown in them."""
    return [topics.NAMES, *map(topics.tweet, tweet_ids)]


class Cards:
    """Reads cards, and caches them in this process."""

    def __init__(self, store: Store, dialect: Dialect) -> None:
        self._store = store
        self._dialect = dialect

    async def of(
        self, tweet_ids: Sequence[int], *, likers: int, read: Mapping[int, Known[Card]] = NONE
    ) -> list[Card]:
        """Cards of the tweets among these that exist, in order; one query reads those not cached.

        Args:
            read: cards that the caller has just read; those that have changed since are read again.
        """
        found: dict[int, Card | None] = dict(zip(tweet_ids, self._kept(tweet_ids, likers, read), strict=True))
        if missing := [tweet_id for tweet_id, card in found.items() if card is None]:
            before = self._store.versions.all()
            rows = await timeline.these(missing, likers=likers)
            for tweet_id, known in self.rendered(rows, before, likers=likers).items():
                found[tweet_id] = known.value
        return [card for card in found.values() if card is not None]

    async def quoted(self, tweet_ids: Sequence[int]) -> tuple[list[Card], frozenset[int]]:
        """The same, without likers, and the tweets among the rest that don't exist.

        Quotes outlive what they quote, so the cache remembers which tweets have no card.
        """
        marks = self._store.get_all([("absent", one) for one in tweet_ids])
        absent: dict[int, bool] = {
            one: exists for one, exists in zip(tweet_ids, marks, strict=True) if exists is not None
        }
        before = self._store.versions.all()
        cards = await self.of([one for one in tweet_ids if one not in absent], likers=0)
        found = {card.tweet_id for card in cards}
        if missing := [one for one in tweet_ids if one not in found and one not in absent]:
            existing = {row["id"] for row in await records(EXISTING, missing)}
            for one in missing:
                needed = (topics.EVERYTHING, topics.NAMES, topics.tweet(one))
                absent[one] = one in existing
                self._store.put(("absent", one), absent[one], ABSENT, needed, before.of(needed))
        return cards, frozenset([one for one, exists in absent.items() if not exists])

    async def one(self, tweet_id: int, *, likers: int) -> Card | None:
        """The card of one tweet; None if it doesn't exist."""
        return next(iter(await self.of([tweet_id], likers=likers)), None)

    def kept_one(self, tweet_id: int, *, likers: int) -> Card | None:
        """The same, if it is cached, without a coroutine for each request."""
        card: Card | None = self._store.get(self._key(tweet_id, likers))
        return card

    def kept(self, tweet_ids: Sequence[int], *, likers: int) -> list[int]:
        """The tweets among these whose cards are cached."""
        kept = self._kept(tweet_ids, likers, NONE)
        return [tweet_id for tweet_id, card in zip(tweet_ids, kept, strict=True) if card is not None]

    def rendered(self, rows: Iterable[TweetRow], before: Words, *, likers: int) -> dict[int, Known[Card]]:
        """Cards of rows that were read after the copy of the table was made, by tweet. They are cached.

        A card that is already cached is reused: viewers share a page only if its cards are the same objects.
        """
        found = {}
        for row in rows:
            key = self._key(row.id, likers)
            kept: Card | None = self._store.get(key)
            card = self._dialect.card(row, likers=likers) if kept is None else kept
            needed = (topics.EVERYTHING, topics.NAMES, topics.tweet(row.id))
            known = found[row.id] = Known(card, needed, before.of(needed))
            if kept is None:
                self._store.put(key, card, card.size, needed, known.versions)
        return found

    def _kept(
        self, tweet_ids: Sequence[int], likers: int, read: Mapping[int, Known[Card]]
    ) -> list[Card | None]:
        of = self._store.versions.of
        kept: list[Card | None] = self._store.get_all([self._key(tweet_id, likers) for tweet_id in tweet_ids])
        if read:
            for place, tweet_id in enumerate(tweet_ids):
                known = read.get(tweet_id)
                if known is not None and kept[place] is None and of(known.needed) == known.versions:
                    kept[place] = known.value
        return kept

    def _key(self, tweet_id: int, likers: int) -> tuple[str, str, int, int]:
        return ("card", self._dialect.name, tweet_id, likers)
