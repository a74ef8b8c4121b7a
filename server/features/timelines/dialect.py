"""What an API tells the cache about itself: how it renders tweets.

The cache keeps bytes under the name of a dialect, and knows no shape of any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from server.core.cache.marks import Marks
from server.features.timelines.timeline import TweetRow


class Onlooker(Protocol):
    """Who looks at what is rendered."""

    @property
    def id(self) -> int:
        """Of the user."""

    @property
    def name(self) -> str:
        """What is shown of the user."""


class Cursors(NamedTuple):
    """Where a timeline goes on from a page: to older tweets, None where there are none; and to newer ones.

    An empty page has no cursors.
    """

    older: int | None
    newer: int | None


class Card(Protocol):
    """A rendered tweet."""

    @property
    def tweet_id(self) -> int:
        """Whose card it is."""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """What this viewer gets, with their marks on the tweet."""


class RenderedPage(Protocol):
    """A page of cards, put together."""

    @property
    def size(self) -> int:
        """Bytes of memory, about, without the cards."""

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """What this viewer gets, with their marks on these tweets."""


class Dialect(Protocol):
    """An API's way to show tweets."""

    @property
    def name(self) -> str:
        """Unique among the dialects of a process."""

    def card(self, tweet: TweetRow, *, likers: int) -> Card:
        """Render a tweet that shows at most so many of its likers."""

    def page(self, cards: Sequence[Card], cursors: Cursors) -> RenderedPage:
        """Put a page together. The cards are of this dialect."""
