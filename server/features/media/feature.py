"""The declaration of the feature media."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.media import events
from server.features.media.personal import PERSONAL

FEATURE = Feature(kinds=(events.CHANGED,), personal=PERSONAL)
