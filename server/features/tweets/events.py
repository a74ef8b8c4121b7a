"""What happens to tweets."""

from __future__ import annotations

from collections.abc import Collection

from server.core.cache import topics
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Facts, Kind, Needed, Recipients, only, to_everybody
from server.core.live.viewers import viewers_by
from server.features.follows.events import FOLLOWERS_AMONG_VIEWERS
from server.features.hashtags import events as hashtags
from server.features.people.events import PROFILE
from server.features.relations.events import APART, APART_AMONG_VIEWERS
from server.features.timelines import timeline
from server.features.timelines.home import reaches
from server.features.timelines.timeline import TweetRow
from server.features.visibility.events import AUDIENCE_AMONG_VIEWERS, audience
from server.features.visibility.visibility import Visibility

# Looks up each pair of a reply and a viewer, like `follows.events.FOLLOWERS`.
READERS = f"""
    WITH t AS MATERIALIZED (
        SELECT id, author_id, in_reply_to_user_id FROM tweets WHERE id = ANY($1::bigint[])
    )
    SELECT t.id AS key, viewer.id AS viewer_id FROM t CROSS JOIN unnest($2::bigint[]) AS viewer (id)
    WHERE (SELECT true FROM follows WHERE follower_id = viewer.id AND followee_id = t.author_id)
        AND {reaches("viewer.id")}
"""


# Which of the viewers block or mute somebody whom one of these tweets mentions or replies to.
APART_FROM_ADDRESSED = f"""
    SELECT addressed.tweet_id AS key, r.user_id AS viewer_id FROM (
        SELECT tweet_id, user_id FROM mentions WHERE tweet_id = ANY($1::bigint[])
        UNION
        SELECT id, in_reply_to_user_id FROM tweets
        WHERE id = ANY($1::bigint[]) AND in_reply_to_user_id IS NOT NULL
    ) addressed JOIN relations r ON r.other_id = addressed.user_id
    WHERE r.user_id = ANY($2::bigint[]) AND {APART}
"""


# Which of the viewers have one of these people on an exclusive list.
APART_ON_LISTS = """
    SELECT person_id AS key, user_id AS viewer_id FROM list_members JOIN lists ON lists.id = list_id
    WHERE person_id = ANY($1::bigint[]) AND user_id = ANY($2::bigint[]) AND exclusive
"""


async def tweets(ids: Collection[int], _viewers: Collection[int] = ()) -> dict[int, TweetRow]:
    """The tweets among these that exist, without likers."""
    return {row.id: row for row in await timeline.these(sorted(ids), likers=0)}


def published(tweet_id: int, author_id: int, in_reply_to_id: int | None) -> list[int]:
    """The topics that change when a tweet is published or removed. Its pictures come and go with it."""
    parent = [] if in_reply_to_id is None else [topics.tweet(in_reply_to_id)]  # counts its replies
    return [
        topics.ALL_TWEETS,
        topics.tweet(tweet_id),
        topics.tweets_of(author_id),
        topics.user(author_id),
        *parent,
    ]


def deleted(tweet_id: int, author_id: int, in_reply_to_id: int | None) -> list[int]:
    """The topics that change when a tweet is deleted along with its likes."""
    return [*published(tweet_id, author_id, in_reply_to_id), topics.DELETIONS]


def needed(event: EventRow) -> list[Needed]:
    """The tweet, its author's counters, and the viewers whose Following timeline it reaches."""
    return [
        (TWEET, event.subject_id),
        (AUDIENCE_AMONG_VIEWERS, event.subject_id),
        (PROFILE, event.actor_id),
        (APART_FROM_ADDRESSED_AMONG_VIEWERS, event.subject_id),
        (APART_AMONG_VIEWERS, event.actor_id),
        (hashtags.FOLLOWERS_AMONG_VIEWERS, event.subject_id),
        (APART_ON_LISTS_AMONG_VIEWERS, event.actor_id),
        (FOLLOWERS_AMONG_VIEWERS, event.actor_id)
        if event.object_id is None
        else (READERS_AMONG_VIEWERS, event.subject_id),
    ]


async def readers(tweet_ids: Collection[int], viewers: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of the viewers find each of these replies on their Following timeline, without its author."""
    return await viewers_by(READERS, tweet_ids, viewers)


async def apart_from_addressed(
    tweet_ids: Collection[int], viewers: Collection[int]
) -> dict[int, frozenset[int]]:
    """Which of the viewers a block or mute parts from somebody whom each of these tweets addresses."""
    return await viewers_by(APART_FROM_ADDRESSED, tweet_ids, viewers)


async def apart_on_lists(people: Collection[int], viewers: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of the viewers have each of these people on a list, and therefore not on Following."""
    return await viewers_by(APART_ON_LISTS, people, viewers)


def to_audience(event: EventRow, facts: Facts) -> Recipients:
    """The tweet's audience, without those whom a block or mute parts from its author.

    For followers of its author or of one of its hashtags, it is on Following, unless it is for mentioned
    people only.
    """
    tweet, nobody = facts.get(TWEET, event.subject_id), frozenset[int]()
    if tweet is None:
        return only()
    if tweet.in_reply_to_id is None:
        found = facts.get(FOLLOWERS_AMONG_VIEWERS, event.actor_id) or nobody
    else:
        found = facts.get(READERS_AMONG_VIEWERS, tweet.id) or nobody
    by_hashtag = facts.get(hashtags.FOLLOWERS_AMONG_VIEWERS, tweet.id) or nobody
    unwelcome = facts.get(APART_FROM_ADDRESSED_AMONG_VIEWERS, tweet.id) or nobody
    on_lists = facts.get(APART_ON_LISTS_AMONG_VIEWERS, event.actor_id) or nobody
    following = ((found | by_hashtag) - unwelcome - on_lists) | {event.actor_id}
    return Recipients(
        audience(facts, tweet.id),
        not_for=facts.get(APART_AMONG_VIEWERS, event.actor_id) or nobody,
        followers=nobody if tweet.visibility is Visibility.MENTIONED else following,
    )


def to_earlier_audience(event: EventRow, facts: Facts) -> Recipients:
    """One of those whom the deleted tweet addressed, or its author's followers."""
    if event.object_id is not None:
        return only(event.object_id)
    return only(*(facts.get(FOLLOWERS_AMONG_VIEWERS, event.actor_id) or ()))


TWEET = Fact(tweets)
APART_FROM_ADDRESSED_AMONG_VIEWERS = Fact(apart_from_addressed)
APART_ON_LISTS_AMONG_VIEWERS = Fact(apart_on_lists)
READERS_AMONG_VIEWERS = Fact(readers)

# The object is the tweet that it replies to, if it is a reply.
PUBLISHED = Kind(
    "tweet",
    lambda event: published(event.subject_id, event.actor_id, event.object_id),
    needed,
    recipients=to_audience,
)
DELETED = Kind(
    "tweet_deleted",
    lambda event: deleted(event.subject_id, event.actor_id, event.object_id),
    lambda event: [(PROFILE, event.actor_id)],
    recipients=to_everybody,
)

# A tweet that not every member could see was deleted. The object is somebody whom it addressed or the author;
# null stands for the author's followers.
WITHDRAWN = Kind(
    "tweet_withdrawn",
    lambda event: deleted(event.subject_id, event.actor_id, None),
    lambda event: [
        (PROFILE, event.actor_id),
        *([(FOLLOWERS_AMONG_VIEWERS, event.actor_id)] if event.object_id is None else []),
    ],
    recipients=to_earlier_audience,
)
