"""The marks that viewers set on tweets."""

from __future__ import annotations

from server.cache import topics
from server.cache.marks import Mark
from server.models import liking

LIKED = Mark(1, topics.likes_of, liking.NEWEST_LIKED, liking.LIKED_AMONG)

MARKS = (LIKED,)
