"""What happens to likes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from server.core.cache import topics
from server.core.database.connection import rows
from server.core.live.event import HELD, EventRow
from server.core.live.kinds import Fact, Facts, Kind, Recipients, only
from server.features.tweets.events import TWEET
from server.features.visibility import events as visibility

# The ids of the tweet and the user.
Like: TypeAlias = tuple[int, int]

LIKES = """
    SELECT l.tweet_id, l.user_id FROM unnest($1::bigint[], $2::bigint[]) AS asked (tweet_id, user_id)
    JOIN likes l ON l.tweet_id = asked.tweet_id AND l.user_id = asked.user_id
"""


async def likes(asked: Collection[Like], _viewers: Collection[int] = ()) -> dict[Like, bool]:
    """The likes among these that exist."""
    found = await rows(LIKES, [like[0] for like in asked], [like[1] for like in asked])
    return {(like["tweet_id"], like["user_id"]): True for like in found}


def liked(tweet_id: int, user_id: int) -> list[int]:
    """The topics that change when a like is added or removed."""
    return [topics.tweet(tweet_id), topics.likes_of(user_id)]


def invalidated(event: EventRow) -> list[int]:
    """The topics that an event about a like changes."""
    return liked(event.subject_id, event.actor_id)


def pair(event: EventRow) -> Like:
    """The like that an event is about."""
    return event.subject_id, event.actor_id


def to_liker(event: EventRow, facts: Facts) -> Recipients:
    """Whoever likes the tweet, if they may still see it."""
    among, not_for, *_ = visibility.of_tweet(facts, event.subject_id)
    is_reader = event.actor_id not in not_for and (among is None or event.actor_id in among)
    return only(event.actor_id) if is_reader else only()


LIKE = Fact(likes)

# A tweet's like count. The relay holds this event back, so that it is sent at most once a second per tweet.
COUNTED = Kind(
    HELD,
    invalidated,
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
    recipients=visibility.to_readers,
)

# The user's own like of a tweet was added or removed.
LIKED = Kind(
    "liked",
    invalidated,
    lambda event: [
        (TWEET, event.subject_id),
        *visibility.needed(event.subject_id),
        (LIKE, pair(event)),
    ],
    recipients=to_liker,
)
