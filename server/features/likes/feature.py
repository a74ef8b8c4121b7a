"""The declaration of the feature likes."""

from __future__ import annotations

from server.core.cache import topics
from server.core.cache.marks import Mark
from server.features.feature import Feature
from server.features.likes import events, liking
from server.features.likes.personal import PERSONAL
from server.operations.counters import Counter

LIKED = Mark("liked", topics.likes_of, liking.NEWEST_LIKED, liking.LIKED_AMONG)

FEATURE = Feature(
    kinds=(events.COUNTED, events.LIKED),
    marks=(LIKED,),
    personal=PERSONAL,
    counters=(Counter("tweets", "likes_count", "likes", "tweet_id"),),
)
