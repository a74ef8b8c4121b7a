"""The declaration of the feature follows."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.follows import events
from server.features.follows.personal import PERSONAL
from server.operations.counters import Counter

# Requests to follow locked accounts.
REQUESTS = Limit("follow-requests", "200/day")

FEATURE = Feature(
    kinds=(events.FOLLOWED, events.REQUESTED),
    personal=PERSONAL,
    limits=(REQUESTS,),
    counters=(
        Counter("users", "followers_count", "follows", "followee_id"),
        Counter("users", "following_count", "follows", "follower_id"),
    ),
)
