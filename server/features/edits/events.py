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


# People who reposted a tweet are notified of its edits, at most once an hour.
OF_EDITS = ToMany(
    "edit",
    """
    SELECT r.user_id FROM reposts r JOIN tweets t ON t.id = r.tweet_id
    WHERE r.tweet_id = $1 AND r.user_id > $2 AND r.user_id <> t.author_id ORDER BY r.user_id LIMIT $3
    """,
    again_after=timedelta(hours=1),
)

# The author edited a tweet.
EDITED = Kind(
    "tweet_edited",
    lambda event: topics_of(event.subject_id, event.actor_id),
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
    recipients=visibility.to_readers,
)
