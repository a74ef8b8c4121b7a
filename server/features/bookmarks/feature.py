"""The declaration of the feature bookmarks."""

from __future__ import annotations

from server.features.bookmarks import events
from server.features.bookmarks.bookmarks import BOOKMARKED
from server.features.bookmarks.personal import PERSONAL
from server.features.feature import Feature

FEATURE = Feature(kinds=(events.BOOKMARKED,), marks=(BOOKMARKED,), personal=PERSONAL)
