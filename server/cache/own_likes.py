"""Which tweets a viewer likes: what makes one viewer's page differ from another's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.cache import topics
from server.cache.store import Store
from server.models import timeline

# So many of a viewer's newest likes are kept; and so many more tweets than a page shows are asked about, so
# that a page that reaches a little further down, when others are deleted, needs no other question.
KEPT, MARGIN = 1_000, 500

# Of a number in a set. Bytes.
EACH = 100


@dataclass(frozen=True, slots=True)
class OwnLikes:
    """All tweets from `since` on that a viewer likes, also those that come: who likes more is asked again."""

    since: int
    liked: frozenset[int]


class LikesOfViewers:
    """The viewers' likes that this process keeps."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def known(self, user_id: int, since: int) -> frozenset[int] | None:
        """What the viewer likes of the tweets from this one on (or of more), where that is kept."""
        own: OwnLikes | None = self._store.get(("likes", user_id))
        return own.liked if own is not None and own.since <= since else None

    async def among(self, user_id: int, tweet_ids: Sequence[int], since: int) -> Collection[int]:
        """Which of these tweets the viewer likes; `since` is the lowest of them. At most two queries."""
        own = await self._store.fetch(
            ("likes", user_id),
            [topics.likes_of(user_id)],
            lambda: _read(user_id, max(since - MARGIN, 0)),
            size=lambda found: EACH * len(found.liked),
        )
        return own.liked if own.since <= since else await timeline.liked_among(user_id, tweet_ids)


async def _read(user_id: int, since: int) -> OwnLikes:
    found = await timeline.liked_since(user_id, since, limit=KEPT)
    return OwnLikes(since if len(found) < KEPT else found[-1], frozenset(found))
