"""How Perch's own API renders tweets for the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from server.api.perch.shapes import tweets
from server.api.perch.shapes.tweets import Tweet
from server.core.cache.marks import Marks
from server.features.marks import LIKED
from server.features.media.urls import MediaUrls
from server.features.timelines.dialect import Card, Onlooker
from server.features.timelines.timeline import TweetRow

NAME = "perch"

encoder = msgspec.json.Encoder()

# Of a card without its JSON, and of its place in a page; of a tweet and its author as objects, of each liker
# and of each picture. Bytes; tracemalloc says so of CPython 3.11 on 64 bits.
CARD, PLACE, TWEET, LIKER, PICTURE = 450, 250, 900, 200, 710

# The fields of marks, as they stand in a card that nobody has marked. A mark is set in place, so its new
# value is as long as the old one: JSON allows the space.
FIELDS = {LIKED.flag: b',"liked":false'}
NOT_SET, SET = b"false", b"true "

HEAD, COMMA = b'{"result":true,"tweets":[', b","


@dataclass(frozen=True, slots=True)
class PerchCard:
    """A tweet as JSON. `places` are where the values of marks stand in it, by their flags.

    `shown` is the tweet if its likers are shown with it: whoever likes it leads them.
    """

    tweet_id: int
    plain: bytes
    places: dict[int, int]
    likers: int
    shown: Tweet | None

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        size = len(self.plain) + CARD
        if self.shown is not None:
            size += TWEET + LIKER * len(self.shown.likes) + PICTURE * len(self.shown.media)
        return size

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """What this viewer gets."""
        flags = marks.flags.get(self.tweet_id)
        if flags is None:
            return self.plain
        if self.shown is not None and flags & LIKED.flag:
            shown = tweets.liked_by(self.shown, viewer, likers=self.likers)
            return card(shown, likers=0).seen_by(viewer, marks)
        found = bytearray(self.plain)
        mark(found, 0, self.places, flags)
        return bytes(found)


@dataclass(frozen=True, slots=True)
class PerchPage:
    """A page as JSON. `places` are where each card begins in it."""

    cards: Sequence[PerchCard]
    next_cursor: int | None
    plain: bytes
    ids: frozenset[int]
    places: dict[int, tuple[int, PerchCard]]
    shows_likers: bool

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return len(self.plain) + PLACE * len(self.places)

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """What this viewer gets."""
        marked = self.ids & marks.tweets
        if not marked:
            return self.plain
        if self.shows_likers:
            return joined([card.seen_by(viewer, marks) for card in self.cards], self.next_cursor)
        found = bytearray(self.plain)
        for tweet_id in marked:
            begin, card = self.places[tweet_id]
            mark(found, begin, card.places, marks.flags[tweet_id])
        return bytes(found)


class PerchDialect:
    """Perch's own API."""

    name = NAME

    def __init__(self, urls: MediaUrls) -> None:
        self._urls = urls

    def card(self, tweet: TweetRow, *, likers: int) -> PerchCard:
        """The tweet as JSON."""
        return card(tweets.tweet(tweet, self._urls), likers=likers)

    def page(self, cards: Sequence[Card], next_cursor: int | None) -> PerchPage:
        """The answer `TweetsPage`."""
        own: list[PerchCard] = list(cards)  # type: ignore[arg-type]  # all are this dialect's
        places, begin = {}, len(HEAD)
        for one in own:
            places[one.tweet_id] = (begin, one)
            begin += len(one.plain) + len(COMMA)
        plain = joined([one.plain for one in own], next_cursor)
        shows_likers = any(one.shown is not None for one in own)
        return PerchPage(own, next_cursor, plain, frozenset(places), places, shows_likers)


def card(shown: Tweet, *, likers: int) -> PerchCard:
    """The tweet as JSON."""
    plain = encoder.encode(shown)
    # In texts, quotes are escaped: this is the field of the tweet itself.
    places = {flag: plain.rindex(field) + len(field) - len(NOT_SET) for flag, field in FIELDS.items()}
    return PerchCard(shown.id, plain, places, likers, shown if likers else None)


def mark(found: bytearray, begin: int, places: dict[int, int], flags: int) -> None:
    """Set these marks of the card that begins there."""
    for flag, place in places.items():
        if flags & flag:
            found[begin + place : begin + place + len(SET)] = SET


def joined(cards: Sequence[bytes], next_cursor: int | None) -> bytes:
    """The answer of a page."""
    cursor = b"null" if next_cursor is None else b"%d" % next_cursor
    return b'%b%b],"next":%b}' % (HEAD, COMMA.join(cards), cursor)
