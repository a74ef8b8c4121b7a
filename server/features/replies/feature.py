"""The declaration of the feature replies."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.replies import events
from server.features.visibility.visibility import RESTRICTED
from server.operations.counters import Counter

FEATURE = Feature(
    kinds=(events.COUNTED, events.THREAD),
    counters=(Counter("tweets", "replies_count", "tweets", "in_reply_to_id", f"visibility < {RESTRICTED}"),),
)
