"""What happens to tweets."""

from __future__ import annotations

from collections.abc import Collection

from server.core.cache import topics
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Kind, Needed
from server.features.follows.events import FOLLOWERS_AMONG_VIEWERS
from server.features.people.events import PROFILE
from server.features.timelines import timeline
from server.features.timelines.timeline import TweetRow


async def tweets(ids: Collection[int], _viewers: Collection[int] = ()) -> dict[int, TweetRow]:
    """The tweets among these that exist, without likers."""
    return {row.id: row for row in await timeline.these(sorted(ids), likers=0)}


def published(tweet_id: int, author_id: int) -> list[int]:
    """The topics that change when a tweet is published or removed. Its pictures come and go with it."""
    return [topics.ALL_TWEETS, topics.tweet(tweet_id), topics.tweets_of(author_id), topics.user(author_id)]


def deleted(tweet_id: int, author_id: int) -> list[int]:
    """The topics that change when a tweet is deleted along with its likes."""
    return [*published(tweet_id, author_id), topics.DELETIONS]


def needed(event: EventRow) -> list[Needed]:
    """The tweet, its author's counters, and the viewers whose Following timeline it reaches."""
    return [
        (TWEET, event.subject_id),
        (PROFILE, event.actor_id),
        (FOLLOWERS_AMONG_VIEWERS, event.actor_id),
    ]


TWEET = Fact(tweets)

PUBLISHED = Kind("tweet", lambda event: published(event.subject_id, event.actor_id), needed)
DELETED = Kind(
    "tweet_deleted",
    lambda event: deleted(event.subject_id, event.actor_id),
    lambda event: [(PROFILE, event.actor_id)],
)
