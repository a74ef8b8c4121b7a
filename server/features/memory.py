"""Everything that a web process caches between requests."""

from __future__ import annotations

from collections.abc import Sequence

from server.core.cache.marks import Mark, MarkOnPeople, MarksOfViewers
from server.core.cache.store import Store
from server.core.cache.versions import Versions
from server.features.api_keys.api_keys import ValidKeys
from server.features.media.public_pictures import Pictures
from server.features.timelines.dialect import Dialect
from server.features.timelines.pages import Pages

# The bytes always reserved for viewers by their keys: enough for some thirteen thousand.
VIEWERS = 12 << 20


class Memory:
    """A store bounded by the settings, and the caches that use it.

    Args:
        dialects: how the APIs of this process render tweets.
        marks: every kind of mark that viewers set on tweets.
        on_people: every kind of mark that viewers set on people.
    """

    def __init__(
        self,
        versions: Versions,
        dialects: Sequence[Dialect],
        marks: Sequence[Mark],
        on_people: Sequence[MarkOnPeople],
        *,
        max_bytes: int,
    ) -> None:
        self.viewers = Store(versions, VIEWERS)
        self.valid_keys = ValidKeys()
        self.store = Store(versions, max_bytes)
        self.marks = MarksOfViewers(self.store, marks, on_people)
        self.pictures = Pictures(self.store)
        self.pages = {dialect.name: Pages(self.store, dialect, self.marks) for dialect in dialects}
