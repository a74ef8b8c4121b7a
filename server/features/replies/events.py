"""What happens to replies."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.kinds import Kind
from server.features.tweets.events import TWEET
from server.features.visibility import events as visibility

# Who may reply in a thread has changed, or a reply was put behind a click. Nothing of it is cached.
# The object is the reply.
THREAD = Kind(
    "thread",
    lambda _: [],
    lambda event: visibility.needed(event.subject_id, event.object_id),
)

# The number of replies to a tweet has changed. The reply itself has the event of a tweet.
COUNTED = Kind(
    "replies",
    lambda event: [topics.tweet(event.subject_id)],
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
)
