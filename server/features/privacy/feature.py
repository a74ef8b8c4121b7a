"""The declaration of the feature privacy."""

from __future__ import annotations

from server.core.limits.tally import Limit
from server.features.feature import Feature

# All clients read everything anew when an account is hidden, and when it is kept.
DELETIONS = Limit("deletions", "10/hour")
UNDONE_DELETIONS = Limit("undone-deletions", "10/hour")

FEATURE = Feature(limits=(DELETIONS, UNDONE_DELETIONS))
