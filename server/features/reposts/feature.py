"""The declaration of the feature reposts."""

from __future__ import annotations

from server.core.cache.marks import Mark
from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.reposts import events
from server.features.reposts.personal import PERSONAL
from server.operations.counters import Counter

# Each is on the timelines of all followers.
REPOSTS = Limit("reposts", "1000/day")

NEWEST = "SELECT tweet_id FROM reposts WHERE user_id = $1 ORDER BY tweet_id DESC LIMIT $2"
AMONG = "SELECT tweet_id FROM reposts WHERE user_id = $1 AND tweet_id = ANY($2::bigint[])"

REPOSTED = Mark("reposted", events.reposts_of, NEWEST, AMONG)

FEATURE = Feature(
    kinds=(events.COUNTED, events.REPOSTED, events.UNDONE, events.HIDDEN),
    marks=(REPOSTED,),
    personal=PERSONAL,
    limits=(REPOSTS,),
    counters=(Counter("tweets", "reposts_count", "reposts", "tweet_id"),),
)
