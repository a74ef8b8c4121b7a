"""The marks that viewers set on tweets."""

from __future__ import annotations

from server.core.cache import topics
from server.core.cache.marks import Mark
from server.features.likes import liking

LIKED = Mark("liked", topics.likes_of, liking.NEWEST_LIKED, liking.LIKED_AMONG)

MARKS = (LIKED,)
