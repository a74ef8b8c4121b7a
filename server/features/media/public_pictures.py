"""A cache of the pictures that everybody may see, so that showing one again costs no query."""

from __future__ import annotations

from server.core.cache import topics
from server.core.cache.store import Store
from server.features.media import media_access
from server.features.media.media_access import Access
from server.features.media.media_attachment import MediaState

# The bytes that a cached token takes.
EACH = 100

# A picture stays public until a tweet is deleted or a user's tweets are hidden; the latter changes
# `EVERYTHING`.
NEEDED = (topics.EVERYTHING, topics.DELETIONS)


class Pictures:
    """The pictures that this process knows to be public. Others are looked up each time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_public(self, token: str) -> bool:
        """Whether the picture is known to be ready and shown by a tweet that everybody may see."""
        return self._store.get(("picture", token)) is not None

    async def look_up(self, token: str) -> Access | None:
        """Read the access from the database, and remember the picture if everybody may see it."""
        versions = self._store.versions.of(NEEDED)
        found = await media_access.access(token)
        if found and found.state is MediaState.READY and found.is_attached and not found.is_hidden:
            self._store.put(("picture", token), True, EACH, NEEDED, versions)
        return found
