"""All that a web process keeps between requests."""

from __future__ import annotations

from server.cache.cards import Cards
from server.cache.own_likes import LikesOfViewers
from server.cache.pages import Pages
from server.cache.pictures import Pictures
from server.cache.store import Store
from server.cache.versions import Versions
from server.wire.media import MediaUrls

# Who shows which key is kept always: some thirteen thousand. Bytes.
VIEWERS = 12 << 20


class Memory:
    """A store within the bound of the settings, and those who keep things in it."""

    def __init__(self, versions: Versions, urls: MediaUrls, *, max_bytes: int) -> None:
        self.viewers = Store(versions, VIEWERS)
        self.store = Store(versions, max_bytes)
        self.cards = Cards(self.store, urls)
        self.likes = LikesOfViewers(self.store)
        self.pictures = Pictures(self.store)
        self.pages = Pages(self.store, self.cards, self.likes)
