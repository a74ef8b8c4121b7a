"""What happens to polls."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.kinds import Kind
from server.features.notifications.to_many import ToMany
from server.features.tweets.events import TWEET
from server.features.visibility import events as visibility

# When a poll ends, its voters and its author are notified.
OF_ENDS = ToMany(
    "poll",
    """
    SELECT user_id FROM (
        (SELECT user_id FROM poll_votes WHERE tweet_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3)
        UNION SELECT author_id FROM tweets WHERE id = $1 AND author_id > $2
    ) concerned ORDER BY user_id LIMIT $3
    """,
)

# Somebody voted, or the poll of a tweet has ended.
CHANGED = Kind(
    "poll",
    lambda event: [topics.tweet(event.subject_id)],
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
    recipients=visibility.to_readers,
)
