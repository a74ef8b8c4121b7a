"""Which tweets a viewer likes: what makes one viewer's page differ from another's."""

from __future__ import annotations

from dataclasses import dataclass

from server.cache import topics
from server.cache.store import Store
from server.models import timeline

# So many of a viewer's likes are kept, those of the newest tweets.
KEPT = 500

# Of a number in a set. Bytes.
EACH = 100


@dataclass(frozen=True, slots=True)
class OwnLikes:
    """All tweets from `since` on that a viewer likes; those that come too, as a like changes its topic."""

    since: int
    liked: frozenset[int]


class LikesOfViewers:
    """The viewers' likes that this process keeps."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def kept(self, user_id: int) -> OwnLikes | None:
        """The likes of the newest tweets, where they are kept."""
        own: OwnLikes | None = self._store.get(("likes", user_id))
        return own

    async def of(self, user_id: int) -> OwnLikes:
        """The likes of the newest tweets."""
        known = await self._store.fetch(
            ("likes", user_id),
            [topics.likes_of(user_id)],
            lambda: _read(user_id),
            size=lambda found: EACH * len(found.liked),
        )
        return known.value


async def _read(user_id: int) -> OwnLikes:
    found = await timeline.newest_liked(user_id, limit=KEPT)
    return OwnLikes(found[-1] if len(found) == KEPT else 0, frozenset(found))
