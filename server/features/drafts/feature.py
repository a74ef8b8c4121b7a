"""The declaration of the feature drafts."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.drafts import events
from server.features.drafts.personal import PERSONAL
from server.features.feature import Feature

# Saving one, which each of its writer's devices hears of.
SAVES = Limit("draft_saves", "1000/day")

FEATURE = Feature(kinds=(events.CHANGED,), personal=PERSONAL, limits=(SAVES,))
