"""What happens to replies."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.kinds import Kind
from server.features.tweets.events import TWEET
from server.features.visibility.events import AUDIENCE_AMONG_VIEWERS

# Who may reply in a thread has changed, or a reply was put behind a click. Nothing of it is cached.
# The object is the reply.
THREAD = Kind(
    "thread",
    lambda _: [],
    lambda event: [
        (AUDIENCE_AMONG_VIEWERS, tweet_id)
        for tweet_id in (event.subject_id, event.object_id)
        if tweet_id is not None
    ],
)

# The number of replies to a tweet has changed. The reply itself has the event of a tweet.
COUNTED = Kind(
    "replies",
    lambda event: [topics.tweet(event.subject_id)],
    lambda event: [(TWEET, event.subject_id), (AUDIENCE_AMONG_VIEWERS, event.subject_id)],
)
