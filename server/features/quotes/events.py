"""What happens to quotes. The tweet that quotes has the events of a tweet."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.kinds import Kind
from server.features.tweets.events import TWEET
from server.features.visibility import events as visibility

# The number of quotes of a tweet has changed.
COUNTED = Kind(
    "quotes",
    lambda event: [topics.tweet(event.subject_id)],
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
    recipients=visibility.to_readers,
)
