"""The declaration of the feature mentions."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.mentions.personal import PERSONAL

# Of people, in all tweets of a user. Each may be a notification, which takes much more space than the handle.
MENTIONS = Limit("mentions", "2000/day")

FEATURE = Feature(personal=PERSONAL, limits=(MENTIONS,))
