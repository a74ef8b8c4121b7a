"""The declaration of the feature API keys."""

from __future__ import annotations

from server.features.api_keys import events
from server.features.api_keys.personal import PERSONAL
from server.features.feature import Feature

FEATURE = Feature(kinds=(events.REVOKED, events.PERMISSIONS), personal=PERSONAL)
