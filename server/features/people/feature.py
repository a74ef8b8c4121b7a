"""The declaration of the feature people."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.people import events

FEATURE = Feature(kinds=(events.RENAMED,))
