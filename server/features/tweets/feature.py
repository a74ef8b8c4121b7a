"""The declaration of the feature tweets."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.tweets import events
from server.features.tweets.personal import PERSONAL
from server.features.visibility.visibility import MENTIONED
from server.operations.counters import Counter

FEATURE = Feature(
    kinds=(events.PUBLISHED, events.DELETED, events.WITHDRAWN),
    personal=PERSONAL,
    counters=(Counter("users", "tweets_count", "tweets", "author_id", f"visibility < {MENTIONED}"),),
)
