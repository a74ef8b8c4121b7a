"""The declaration of the feature follows."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.follows import events
from server.features.follows.personal import PERSONAL
from server.operations.counters import Counter

FEATURE = Feature(
    kinds=(events.FOLLOWED,),
    personal=PERSONAL,
    counters=(
        Counter("users", "followers_count", "follows", "followee_id"),
        Counter("users", "following_count", "follows", "follower_id"),
    ),
)
