"""The declaration of the feature visibility."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.visibility.personal import PERSONAL

FEATURE = Feature(personal=PERSONAL)
