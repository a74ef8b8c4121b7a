"""Tweets rendered by a dialect, each once for all viewers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from server.core.cache import topics
from server.core.cache.store import Store
from server.features.timelines import timeline
from server.features.timelines.dialect import Card, Dialect


def needed_of(tweet_ids: Iterable[int]) -> list[int]:
    """The topics that cards depend on: the tweets themselves, and the names shown in them."""
    return [topics.NAMES, *map(topics.tweet, tweet_ids)]


class Cards:
    """Reads cards, and caches them in this process."""

    def __init__(self, store: Store, dialect: Dialect) -> None:
        self._store = store
        self._dialect = dialect

    async def of(self, tweet_ids: Sequence[int], *, likers: int) -> list[Card]:
        """Cards of the tweets among these that exist, in order; one query reads those not cached."""
        keys = [("card", self._dialect.name, tweet_id, likers) for tweet_id in tweet_ids]
        kept = self._store.get_all(keys)
        if None not in kept:
            return kept
        found = dict(zip(tweet_ids, kept, strict=True))
        missing = [tweet_id for tweet_id, card in found.items() if card is None]
        of = self._store.versions.of
        needed = {tweet_id: (topics.EVERYTHING, *needed_of([tweet_id])) for tweet_id in missing}
        versions = {tweet_id: of(needs) for tweet_id, needs in needed.items()}
        for row in await timeline.these(missing, likers=likers):
            card = found[row.id] = self._dialect.card(row, likers=likers)
            key = ("card", self._dialect.name, row.id, likers)
            self._store.put(key, card, card.size, needed[row.id], versions[row.id])
        return [card for card in found.values() if card is not None]
