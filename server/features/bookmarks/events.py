"""What happens to bookmarks."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from server.core.database.connection import rows
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Kind, to_actor
from server.features.bookmarks.bookmarks import bookmarks_of

# The ids of the user and the tweet.
Bookmark: TypeAlias = tuple[int, int]

AMONG = """
    SELECT b.user_id, b.tweet_id FROM unnest($1::bigint[], $2::bigint[]) AS asked (user_id, tweet_id)
    JOIN bookmarks b ON b.user_id = asked.user_id AND b.tweet_id = asked.tweet_id
"""


async def bookmarks(asked: Collection[Bookmark], _viewers: Collection[int] = ()) -> dict[Bookmark, bool]:
    """The bookmarks among these that exist."""
    found = await rows(AMONG, [one[0] for one in asked], [one[1] for one in asked])
    return {(one["user_id"], one["tweet_id"]): True for one in found}


def pair(event: EventRow) -> Bookmark:
    """The bookmark that an event is about."""
    return event.actor_id, event.subject_id


BOOKMARK = Fact(bookmarks)

# The user's own bookmark of a tweet was added or removed.
BOOKMARKED = Kind(
    "bookmarked",
    lambda event: [bookmarks_of(event.actor_id)],
    lambda event: [(BOOKMARK, pair(event))],
    recipients=to_actor,
)
