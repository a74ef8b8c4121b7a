"""The declaration of the feature hashtags."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.hashtags import events
from server.features.hashtags.personal import PERSONAL

# Following them. Each time, the user's pages of Following are read anew.
FOLLOWS = Limit("hashtag-follows", "200/day")

FEATURE = Feature(kinds=(events.FOLLOWED,), personal=PERSONAL, limits=(FOLLOWS,))
