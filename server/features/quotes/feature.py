"""The declaration of the feature quotes."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.quotes import events
from server.operations.counters import Counter

FEATURE = Feature(
    kinds=(events.COUNTED,),
    counters=(Counter("tweets", "quotes_count", "quotes", "quoted_id", "counted"),),
)
