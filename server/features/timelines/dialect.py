"""A dialect: how an API tells the cache to render tweets.

The cache keeps bytes under the name of a dialect, and knows nothing about their shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from server.core.cache.marks import Marks
from server.core.viewer import Person
from server.features.timelines.quoted import QuotedState
from server.features.timelines.timeline import Place, TweetRow


class Onlooker(Protocol):
    """The user for whom something is rendered."""

    @property
    def id(self) -> int:
        """The user's id."""

    @property
    def name(self) -> str:
        """The user's display name."""


class Cursors(NamedTuple):
    """The cursors next to a page: to older tweets, or None if there are none; and to newer ones.

    An empty page has no cursors.
    """

    older: int | None
    newer: int | None


class Entry(NamedTuple):
    """A tweet on a page, at its own place or at those of reposts, the newest first."""

    places: tuple[Place, ...]

    @property
    def cursor(self) -> int:
        """The cursor of the first place."""
        return self.places[0].cursor

    @property
    def reposters(self) -> list[Person]:
        """Who reposted it, if these are places of reposts."""
        return [place.by for place in self.places if place.by is not None]


class Card(Protocol):
    """A rendered tweet."""

    @property
    def tweet_id(self) -> int:
        """The id of the tweet."""

    @property
    def author_id(self) -> int:
        """Who wrote it."""

    @property
    def addressed(self) -> Sequence[int]:
        """Whom it mentions, and whom it replies to."""

    @property
    def is_open(self) -> bool:
        """Whether every member may see it."""

    @property
    def quotes(self) -> int | None:
        """The tweet that it quotes."""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """The bytes for this viewer, with their marks on the tweet."""


class Quoted(NamedTuple):
    """A quoted tweet for a viewer: its card, if the viewer gets it."""

    tweet_id: int
    state: QuotedState
    card: Card | None = None


class RenderedPage(Protocol):
    """A rendered page of cards."""

    @property
    def size(self) -> int:
        """The approximate bytes that it takes in memory, without the cards."""

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """The bytes for this viewer, with their marks on these tweets."""


class RenderedQuoted(Protocol):
    """Rendered tweets that others quote."""

    @property
    def size(self) -> int:
        """The approximate bytes that they take in memory, without the cards."""

    @property
    def length(self) -> int:
        """The approximate bytes that they add to an answer."""

    def beside(self, answer: bytes, viewer: Onlooker, marks: Marks) -> bytes:
        """Add them to an answer for this viewer, with their marks on these tweets."""


class Dialect(Protocol):
    """An API's way of rendering tweets."""

    @property
    def name(self) -> str:
        """Unique among the dialects of a process."""

    def card(self, tweet: TweetRow, *, likers: int) -> Card:
        """Render a tweet with at most `likers` of its likers."""

    def page(
        self, cards: Sequence[Card], cursors: Cursors, entries: Sequence[Entry] | None = None
    ) -> RenderedPage:
        """Render a page from cards of this dialect, as entries if their `entries` are given."""

    def quoted(self, quoted: Sequence[Quoted]) -> RenderedQuoted:
        """Render quoted tweets with their cards of this dialect."""
