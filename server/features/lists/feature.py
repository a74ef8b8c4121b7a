"""The declaration of the feature lists."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.lists import events
from server.features.lists.personal import PERSONAL

# Each time, the user's pages of Following and of lists are read anew.
CHANGES = Limit("lists", "1000/day")

FEATURE = Feature(kinds=(events.CHANGED,), personal=PERSONAL, limits=(CHANGES,))
