"""The declaration of the feature relations."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.relations import events
from server.features.relations.personal import PERSONAL
from server.features.relations.visible import BLOCKED, MUTED

# Every block and mute is kept in memory while its user reads.
CHANGES = Limit("relations", "500/day")

FEATURE = Feature(
    kinds=(events.RELATED,), marks_on_people=(BLOCKED, MUTED), personal=PERSONAL, limits=(CHANGES,)
)
