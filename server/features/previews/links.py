"""Which link of a tweet gets a preview."""

from __future__ import annotations

from typing import NamedTuple

from yarl import URL

from config.settings import Settings
from server.core.entities import EntityKind, entities
from server.core.outbound.addresses import MAX_URL


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
        if found is None:
            return None
        try:
            url = URL(found).with_fragment(None)
            host, address = url.raw_host, str(url)
            has_credentials = url.user is not None or url.password is not None
        except ValueError:  # yarl looks at some parts only when they are read
            return None
        is_web = url.scheme in ("http", "https") and host and host != self.host
        return address if is_web and not has_credentials and len(address) <= MAX_URL else None


# For a server without PUBLIC_URL.
ANY = Links(None)
