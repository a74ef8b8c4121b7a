"""The declaration of the feature invitations."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.invitations.personal import PERSONAL

FEATURE = Feature(personal=PERSONAL)
