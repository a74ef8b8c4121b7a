"""The declaration of the feature edits."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.edits import events
from server.features.edits.personal import PERSONAL
from server.features.feature import Feature

EDITS = Limit("edits", "20/hour")

FEATURE = Feature(kinds=(events.EDITED,), to_many=(events.OF_EDITS,), personal=PERSONAL, limits=(EDITS,))
