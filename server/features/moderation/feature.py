"""The declaration of the feature moderation."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.moderation import events
from server.features.moderation.personal import PERSONAL

FEATURE = Feature(kinds=(events.VISIBILITY,), personal=PERSONAL)
