"""What happens to follows."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from server.core.cache import topics
from server.core.database.connection import rows
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Kind, Needed, only, to_everybody
from server.core.live.viewers import viewers_by
from server.features.people.events import PROFILE

# The ids of the follower and the followee.
Follow: TypeAlias = tuple[int, int]

FOLLOWS = """
    SELECT f.follower_id, f.followee_id
    FROM unnest($1::bigint[], $2::bigint[]) AS asked (follower_id, followee_id)
    JOIN follows f ON f.follower_id = asked.follower_id AND f.followee_id = asked.followee_id
"""
# Looks up each pair, starting from the smaller side: there are fewer streams than a popular author has
# followers. For a join, PostgreSQL might read all the followers.
FOLLOWERS = """
    SELECT author.id AS key, viewer.id AS viewer_id
    FROM unnest($1::bigint[]) AS author (id) CROSS JOIN unnest($2::bigint[]) AS viewer (id)
    WHERE (SELECT true FROM follows WHERE follower_id = viewer.id AND followee_id = author.id)
"""


async def follows(asked: Collection[Follow], _viewers: Collection[int] = ()) -> dict[Follow, bool]:
    """The follows among these that exist."""
    found = await rows(FOLLOWS, [follow[0] for follow in asked], [follow[1] for follow in asked])
    return {(follow["follower_id"], follow["followee_id"]): True for follow in found}


async def followers(authors: Collection[int], viewers: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of the viewers follow each of these authors."""
    return await viewers_by(FOLLOWERS, authors, viewers)


def followed(follower_id: int, followee_id: int) -> list[int]:
    """The topics that change when a follow is added or removed."""
    return [topics.follows_of(follower_id), topics.user(follower_id), topics.user(followee_id)]


def pair(event: EventRow) -> Follow:
    """The follow that an event is about."""
    return event.actor_id, event.subject_id


def needed(event: EventRow) -> list[Needed]:
    """The follow in its current state, and both users with their counters."""
    return [(FOLLOW, pair(event)), (PROFILE, event.actor_id), (PROFILE, event.subject_id)]


REQUESTS = """
    SELECT r.follower_id, r.followee_id
    FROM unnest($1::bigint[], $2::bigint[]) AS asked (follower_id, followee_id)
    JOIN follow_requests r ON r.follower_id = asked.follower_id AND r.followee_id = asked.followee_id
"""


async def requests(asked: Collection[Follow], _viewers: Collection[int] = ()) -> dict[Follow, bool]:
    """The requests among these that exist."""
    found = await rows(REQUESTS, [follow[0] for follow in asked], [follow[1] for follow in asked])
    return {(one["follower_id"], one["followee_id"]): True for one in found}


FOLLOW = Fact(follows)
REQUEST = Fact(requests)
FOLLOWERS_AMONG_VIEWERS = Fact(followers)

FOLLOWED = Kind(
    "follow",
    lambda event: followed(event.actor_id, event.subject_id),
    needed,
    recipients=to_everybody,
)

# A request to follow a locked account was made, withdrawn, accepted or declined. Nothing of it is cached.
REQUESTED = Kind(
    "follow_request",
    lambda _: [],
    lambda event: [(REQUEST, pair(event))],
    recipients=lambda event, _: only(*pair(event)),
)
