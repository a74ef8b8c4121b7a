"""The declaration of the feature previews, which holds nothing about users and counts nothing."""

from __future__ import annotations

from server.features.feature import Feature

FEATURE = Feature()
