"""Which link of a tweet gets a preview."""

from __future__ import annotations

from typing import NamedTuple

from yarl import URL

from config.settings import Settings
from server.core.entities import EntityKind, entities
from server.core.outbound.addresses import page_of


class Links(NamedTuple):
    """The links that get previews: the first one of each tweet, unless it leads to `host`, which is ours."""

    host: str | None

    @classmethod
    def of(cls, settings: Settings) -> Links | None:
        """None if PREVIEWS is off."""
        if not settings.previews:
            return None
        return cls(URL(settings.public_url).raw_host if settings.public_url else None)

    def first(self, content: str) -> str | None:
        """The address to preview, in the form in which it is requested."""
        found = next((one.value for one in entities(content) if one.kind is EntityKind.LINK), None)
        page = None if found is None else page_of(found)
        return str(page) if page is not None and page.raw_host != self.host else None


# For a server without PUBLIC_URL.
ANY = Links(None)
