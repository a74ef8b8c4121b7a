"""The declaration of the feature polls."""

from __future__ import annotations

from server.features.feature import Feature
from server.features.polls import events
from server.features.polls.personal import PERSONAL

FEATURE = Feature(kinds=(events.CHANGED,), personal=PERSONAL, to_many=(events.OF_ENDS,))
