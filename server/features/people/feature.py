"""The declaration of the feature people."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.people import events

# A new name shows on every page, so all pages that processes have in memory are rendered again.
RENAMES = Limit("renames", "30/hour")

FEATURE = Feature(kinds=(events.RENAMED,), limits=(RENAMES,))
