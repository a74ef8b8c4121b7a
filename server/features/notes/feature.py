"""The declaration of the feature notes."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.notes.notes import PERSONAL

FEATURE = Feature(personal=PERSONAL)
