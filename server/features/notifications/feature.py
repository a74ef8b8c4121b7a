"""The declaration of the feature notifications."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.notifications import events
from server.features.notifications.personal import PERSONAL

FEATURE = Feature(kinds=(events.CHANGED,), personal=PERSONAL)
