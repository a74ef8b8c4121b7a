"""What happens to reposts."""

from __future__ import annotations

from collections.abc import Collection

from server.core.cache import topics
from server.core.database.connection import rows
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Facts, Kind, Needed, Recipients, only, to_actor
from server.core.live.viewers import viewers_by
from server.features.follows import events as follows
from server.features.follows.events import Follow
from server.features.people.events import PROFILE
from server.features.relations.events import APART, APART_AMONG_VIEWERS
from server.features.timelines.home import is_apart
from server.features.tweets.events import APART_FROM_ADDRESSED_AMONG_VIEWERS, TWEET
from server.features.visibility import events as visibility

# Which reposts a user has made.
reposts_of = topics.per("reposts")

AMONG = "SELECT id FROM reposts WHERE id = ANY($1::bigint[])"
HIDDEN_AMONG = """
    SELECT f.follower_id, f.followee_id
    FROM unnest($1::bigint[], $2::bigint[]) AS asked (follower_id, followee_id)
    JOIN follows f ON f.follower_id = asked.follower_id AND f.followee_id = asked.followee_id
    WHERE f.reposts_hidden
"""
# Looks up each pair, like `follows.events.FOLLOWERS`.
READERS = f"""
    SELECT who.id AS key, viewer.id AS viewer_id
    FROM unnest($1::bigint[]) AS who (id) CROSS JOIN unnest($2::bigint[]) AS viewer (id)
    WHERE (
        SELECT NOT reposts_hidden FROM follows WHERE follower_id = viewer.id AND followee_id = who.id
    ) AND NOT {is_apart("viewer.id", "who.id")}
"""
# Which of the viewers block or mute the author of one of these tweets, or are blocked.
APART_FROM_AUTHORS = f"""
    SELECT t.id AS key, r.user_id AS viewer_id FROM tweets t JOIN relations r ON r.other_id = t.author_id
    WHERE t.id = ANY($1::bigint[]) AND r.user_id = ANY($2::bigint[]) AND {APART}
"""


async def reposts(ids: Collection[int], _viewers: Collection[int] = ()) -> dict[int, bool]:
    """The reposts among these that exist."""
    return {found["id"]: True for found in await rows(AMONG, list(ids))}


async def hides(asked: Collection[Follow], _viewers: Collection[int] = ()) -> dict[Follow, bool]:
    """Whose reposts followers hide, among these pairs of a follower and a followee."""
    found = await rows(HIDDEN_AMONG, [one[0] for one in asked], [one[1] for one in asked])
    return {(one["follower_id"], one["followee_id"]): True for one in found}


async def readers(users: Collection[int], viewers: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of the viewers have the reposts of each of these users on their Following timeline."""
    return await viewers_by(READERS, users, viewers)


async def apart_from_authors(
    tweet_ids: Collection[int], viewers: Collection[int]
) -> dict[int, frozenset[int]]:
    """Which of the viewers don't get the author of each of these tweets."""
    return await viewers_by(APART_FROM_AUTHORS, tweet_ids, viewers)


def all_reposts() -> int:
    """The topic that changes with any repost: no user has the id 0."""
    return reposts_of(0)


def reposted(tweet_id: int, user_id: int) -> list[int]:
    """The topics that change when a repost is made or undone."""
    return [topics.tweet(tweet_id), reposts_of(user_id), all_reposts()]


def invalidated(event: EventRow) -> list[int]:
    """The topics that an event about a repost changes."""
    return reposted(event.subject_id, event.actor_id)


def needed(event: EventRow) -> list[Needed]:
    """The repost, the tweet, and who among the viewers gets it."""
    return [
        (REPOST, event.object_id),
        (TWEET, event.subject_id),
        (PROFILE, event.actor_id),
        (READERS_AMONG_VIEWERS, event.actor_id),
        (APART_AMONG_VIEWERS, event.actor_id),
        *visibility.needed(event.subject_id),
        (APART_FROM_AUTHORS_AMONG_VIEWERS, event.subject_id),
        (APART_FROM_ADDRESSED_AMONG_VIEWERS, event.subject_id),
    ]


def to_readers(event: EventRow, facts: Facts) -> Recipients:
    """Whoever reposted the tweet, and those who find that on their Following timeline."""
    tweet = facts.get(TWEET, event.subject_id)
    if tweet is None:
        return only()
    nobody, user_id = frozenset[int](), event.actor_id
    found = facts.get(READERS_AMONG_VIEWERS, user_id) or nobody
    from_author = facts.get(APART_FROM_AUTHORS_AMONG_VIEWERS, tweet.id) or nobody
    from_addressed = facts.get(APART_FROM_ADDRESSED_AMONG_VIEWERS, tweet.id) or nobody
    from_user = facts.get(APART_AMONG_VIEWERS, user_id) or nobody
    found = (found - ((from_author | from_addressed) - {tweet.author_id}) - from_user) | {user_id}
    among, not_for, *_ = visibility.of_tweet(facts, tweet.id)
    found -= not_for
    return Recipients(among=found if among is None else found & among)


REPOST = Fact(reposts)
HIDES = Fact(hides)
READERS_AMONG_VIEWERS = Fact(readers)
APART_FROM_AUTHORS_AMONG_VIEWERS = Fact(apart_from_authors)

# A tweet's number of reposts.
COUNTED = Kind(
    "reposts",
    lambda event: [topics.tweet(event.subject_id)],
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
    recipients=visibility.to_readers,
)
# The actor reposted the subject, a tweet, or no longer does; the object is the repost.
REPOSTED = Kind("repost", invalidated, needed, recipients=to_readers)
UNDONE = Kind("repost_undone", invalidated, needed, recipients=to_readers)

# The actor leaves the reposts of the subject, a followee, out of Following, or no longer does.
HIDDEN = Kind(
    "reposts_hidden",
    lambda event: follows.followed(event.actor_id, event.subject_id),
    lambda event: [(HIDES, (event.actor_id, event.subject_id))],
    recipients=to_actor,
)
