"""What happens to tweets that are edited."""

from __future__ import annotations

from datetime import timedelta

from server.core.cache import topics
from server.core.live.kinds import Kind
from server.features.notifications.to_many import ToMany
from server.features.tweets.events import TWEET
from server.features.visibility import events as visibility


def topics_of(tweet_id: int, author_id: int) -> list[int]:
    """The topics that change when a tweet is edited: it may have other hashtags and pictures."""
    return [topics.ALL_TWEETS, topics.tweet(tweet_id), topics.tweets_of(author_id)]


# People who reposted or quoted a tweet are notified of its edits, at most once an hour.
OF_EDITS = ToMany(
    "edit",
    """
    SELECT who.user_id FROM (
        (SELECT user_id FROM reposts WHERE tweet_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3 + 1)
        UNION (
            SELECT author_id FROM quotes WHERE quoted_id = $1 AND author_id > $2 AND NOT withdrawn
            GROUP BY author_id ORDER BY author_id LIMIT $3 + 1
        )
    ) who WHERE who.user_id <> (SELECT author_id FROM tweets WHERE id = $1) ORDER BY who.user_id LIMIT $3
    """,
    again_after=timedelta(hours=1),
)

# The author edited a tweet, or what its card shows has changed otherwise.
EDITED = Kind(
    "tweet_edited",
    lambda event: topics_of(event.subject_id, event.actor_id),
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
    recipients=visibility.to_readers,
)
