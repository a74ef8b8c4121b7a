"""Which pictures everybody may have, so that one that is shown again costs no query."""

from __future__ import annotations

from server.core.cache import topics
from server.core.cache.store import Store
from server.features.media import media_access
from server.features.media.media_access import Access
from server.features.media.media_attachment import MediaState

# Of a token. Bytes.
EACH = 100

# A picture that is shown stays so until a tweet is deleted, or somebody is hidden, which changes everything.
NEEDED = (topics.EVERYTHING, topics.DELETIONS)


class Pictures:
    """Those that this process knows to be public. Others are looked up each time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_public(self, token: str) -> bool:
        """Whether it is known to be ready and shown by a tweet that everybody may see."""
        return self._store.get(("picture", token)) is not None

    async def look_up(self, token: str) -> Access | None:
        """What the database says, which is kept where that is that everybody may have it."""
        versions = self._store.versions.of(NEEDED)
        found = await media_access.access(token)
        if found and found.state is MediaState.READY and found.is_attached and not found.is_hidden:
            self._store.put(("picture", token), True, EACH, NEEDED, versions)
        return found
