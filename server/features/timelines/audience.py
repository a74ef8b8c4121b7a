"""Which tweets that aren't open to all members a viewer may see."""

from __future__ import annotations

from collections.abc import Sequence

from server.core.cache import topics
from server.core.cache.store import Store
from server.core.database.connection import records, row
from server.features.visibility.visibility import in_audience

# $1 the viewer, $2 tweets.
SEEN_AMONG = f"SELECT t.id FROM tweets t WHERE t.id = ANY($2::bigint[]) AND {in_audience('$1', 't')}"
# $1 the viewer, $2 the author.
FOLLOWS = "SELECT true AS follows FROM follows WHERE follower_id = $1 AND followee_id = $2"

# The bytes that a cached answer takes, about.
EACH = 300


async def seen_among(viewer_id: int, tweet_ids: Sequence[int]) -> frozenset[int]:
    """The tweets among these whose audience the viewer belongs to; always read from the database."""
    if not tweet_ids:
        return frozenset()
    return frozenset([found["id"] for found in await records(SEEN_AMONG, viewer_id, tweet_ids)])


async def is_follower(store: Store, viewer_id: int, author_id: int) -> bool:
    """Whether the viewer follows the author, or is the author."""
    if viewer_id == author_id:
        return True

    async def read() -> bool:
        return await row(FOLLOWS, viewer_id, author_id) is not None

    key, needed = ("follows", viewer_id, author_id), [topics.follows_of(viewer_id)]
    return (await store.fetch(key, needed, read, size=lambda _: EACH)).value
