"""Tweets as bytes, each rendered once for all who do not like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from server.cache import topics
from server.cache.store import Store
from server.models import timeline
from server.wire import tweets as wire
from server.wire.media import MediaUrls
from server.wire.tweets import Tweet

encoder = msgspec.json.Encoder()

# Of a tweet and its author as objects, and of each liker and picture. Bytes, measured with tracemalloc.
OBJECTS, EACH = 900, 350


@dataclass(frozen=True, slots=True)
class Card:
    """A tweet. `likers` is how many of them it may show."""

    tweet: Tweet
    likers: int
    plain: bytes

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return len(self.plain) + OBJECTS + EACH * (len(self.tweet.likes) + len(self.tweet.media))

    def for_one_who_likes_it(self, user_id: int, name: str) -> bytes:
        """What this user sees."""
        return encoder.encode(wire.liked_by(self.tweet, user_id, name, likers=self.likers))


def needed_of(tweet_ids: Iterable[int]) -> list[int]:
    """What cards depend on: themselves, and the names in them."""
    return [topics.EVERYTHING, topics.NAMES, *map(topics.tweet, tweet_ids)]


class Cards:
    """The cards that this process keeps, and those that it reads."""

    def __init__(self, store: Store, urls: MediaUrls) -> None:
        self._store = store
        self._urls = urls

    async def of(self, tweet_ids: Sequence[int], *, likers: int) -> list[Card]:
        """Those of these tweets that there are, in this order. What is not kept is read in one query."""
        found: dict[int, Card] = {}
        for tweet_id in tweet_ids:
            if (card := self._store.get(("card", tweet_id, likers))) is not None:
                found[tweet_id] = card
        if missing := [tweet_id for tweet_id in tweet_ids if tweet_id not in found]:
            needed = [needed_of([tweet_id]) for tweet_id in missing]
            versions = {one[-1]: self._store.versions.of(one) for one in needed}
            for row in await timeline.these(missing, likers=likers):
                shown = wire.tweet(row, self._urls)
                card = found[row.id] = Card(shown, likers, encoder.encode(shown))
                needs = needed_of([row.id])
                self._store.put(("card", row.id, likers), card, card.size, needs, versions[needs[-1]])
        return [found[tweet_id] for tweet_id in tweet_ids if tweet_id in found]
