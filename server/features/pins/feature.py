"""The declaration of the feature pins."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.pins import events
from server.features.pins.personal import PERSONAL
from server.features.pins.pins import PINNED

FEATURE = Feature(kinds=(events.PINNED,), marks=(PINNED,), personal=PERSONAL)
