"""The declaration of the feature people."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.people import about, events

# Of profiles. A new name shows on every page, so all pages that processes have in memory are rendered again.
CHANGES = Limit("profile changes", "30/hour")

FEATURE = Feature(kinds=(events.RENAMED,), limits=(CHANGES,), personal=about.PERSONAL)
