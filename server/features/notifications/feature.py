"""The declaration of the feature notifications."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature
from server.features.notifications import events
from server.features.notifications.personal import PERSONAL

# Turning notifications of somebody's new tweets on.
NOTIFY = Limit("notify", "500/day")

FEATURE = Feature(kinds=(events.CHANGED, events.TURNED), personal=PERSONAL, limits=(NOTIFY,))
