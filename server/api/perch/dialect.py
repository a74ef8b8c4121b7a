"""How Perch's own API renders tweets for the cache."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from server.api.perch.shapes import quoted as wire
from server.api.perch.shapes import tweets
from server.api.perch.shapes.tweets import Like, Tweet
from server.core.cache.marks import NO_MARKS, Marks
from server.features.likes.feature import LIKED
from server.features.media.urls import MediaUrls
from server.features.registry import MARKS
from server.features.relations.visible import BLOCKED
from server.features.timelines.dialect import Card, Cursors, Entry, Onlooker
from server.features.timelines.quoted import Quoted
from server.features.timelines.timeline import TweetRow

NAME = "perch"

encoder = msgspec.json.Encoder()

# Sizes in bytes, as measured with tracemalloc on 64-bit CPython 3.11: a card without its JSON, and its place
# in a page; the id of each liker.
CARD, PLACE, LIKER = 650, 250, 100

# The marks stand side by side in a card, in this order. Each has its field.
_KINDS = {mark.name for mark in MARKS}
NAMES = tuple(name for name in Tweet.__struct_fields__ if name in _KINDS)
assert set(NAMES) == _KINDS, _KINDS  # noqa: S101

# The marks as JSON, by the names of those that are set.
MARKED = {
    frozenset(names): b",".join(
        b'"%b":%b' % (name.encode(), b"true" if name in names else b"false") for name in NAMES
    )
    for count in range(len(NAMES) + 1)
    for names in combinations(NAMES, count)
}
UNMARKED = MARKED[NO_MARKS]

# What is before a tweet's likers, between two of them, and behind them.
LIKES, NEXT_LIKER, LIKES_END = b'"likes":[', b'},{"id":', b'],"likes_count":'

HEAD, HEAD_OF_ENTRIES, COMMA = b'{"result":true,"tweets":[', b'{"result":true,"entries":[', b","

# The end of an entry, behind its card.
BACK = b"}"


class Likers(NamedTuple):
    """The likers in a tweet's JSON: the offsets where the first begins and the last ends, and their ids."""

    begin: int
    end: int
    ids: frozenset[int]


class PerchCard(msgspec.Struct, frozen=True):
    """A tweet as JSON, with the offset of its marks in it.

    If likers are shown, at most `most_likers` of them, a viewer who likes the tweet comes first.
    """

    tweet_id: int
    author_id: int
    addressed: tuple[int, ...]
    is_open: bool
    plain: bytes
    marks: int
    most_likers: int
    likers: Likers | None
    quotes: int | None = None

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        likers = len(self.likers.ids) if self.likers is not None else 0
        return len(self.plain) + CARD + LIKER * (likers + len(self.addressed))

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """What this viewer gets."""
        blocked = marks.people.by_name.get(BLOCKED.name)
        if blocked and self.likers is not None and not blocked.isdisjoint(self.likers.ids):
            return self._without_likers(blocked, self.likers).seen_by(viewer, marks)
        names = marks.on(self.tweet_id)
        if not names:
            return self.plain
        plain, begin = self.plain, self.marks
        if self.likers is not None and LIKED.name in names:
            plain = self._headed_by(viewer, self.likers)
            begin += len(plain) - len(self.plain)  # the marks stand behind the likers
        return b"%b%b%b" % (plain[:begin], MARKED[names], plain[begin + len(UNMARKED) :])

    def _without_likers(self, people: frozenset[int], likers: Likers) -> PerchCard:
        """The same card without some of its likers."""
        shown = msgspec.json.decode(b"[%b]" % self.plain[likers.begin : likers.end], type=list[Like])
        kept = [like for like in shown if like.id not in people]
        listed = encoder.encode(kept)[1:-1]
        end = likers.begin + len(listed)
        shorter = likers.end - end
        return PerchCard(
            self.tweet_id,
            self.author_id,
            self.addressed,
            self.is_open,
            self.plain[: likers.begin] + listed + self.plain[likers.end :],
            self.marks - shorter,
            self.most_likers,
            Likers(likers.begin, end, likers.ids - people),
            self.quotes,
        )

    def _headed_by(self, viewer: Onlooker, likers: Likers) -> bytes:
        """The tweet with this viewer at the head of its likers, however many are newer."""
        first = encoder.encode(Like(viewer.id, viewer.id, viewer.name))
        others = self.plain[likers.begin : likers.end]
        if viewer.id in likers.ids:
            # Inside names, quotes are escaped, so this finds only where a liker begins.
            begin = others.index(b'{"id":%d,"user_id":' % viewer.id)
            end = others.find(NEXT_LIKER, begin)
            others = (
                others[: max(begin - 1, 0)] if end < 0 else others[:begin] + others[end + len(COMMA) + 1 :]
            )
        elif len(likers.ids) == self.most_likers:
            others = others[: max(others.rfind(NEXT_LIKER) + 1, 0)]
        comma = COMMA if others else b""
        return b"%b%b%b%b%b" % (self.plain[: likers.begin], first, comma, others, self.plain[likers.end :])


class Pieces(NamedTuple):
    """A page cut at its marks. `places` are the indexes of the pieces with marks, by the tweet's id."""

    pieces: list[bytes]
    places: dict[int, int]


class PerchPage:
    """A page as JSON: whole, and in pieces from the first viewer on who has marks on it.

    `fronts` are what precedes each card: nothing, or the beginning of the entry that contains it.
    """

    __slots__ = ("_pieces", "cards", "cursors", "fronts", "highest", "ids", "lowest", "plain")

    def __init__(
        self, cards: Sequence[PerchCard], cursors: Cursors, entries: Sequence[Entry] | None = None
    ) -> None:
        self.cards, self.cursors = cards, cursors
        self.fronts = None if entries is None else list(map(front, entries))
        self.plain = joined([card.plain for card in cards], cursors, self.fronts)
        self.ids = frozenset([card.tweet_id for card in cards])
        self.lowest, self.highest = min(self.ids, default=0), max(self.ids, default=0)
        self._pieces: Pieces | None = None

    @property
    def size(self) -> int:
        """Bytes of memory, about, with its pieces."""
        return 2 * len(self.plain) + PLACE * len(self.cards)

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        """What this viewer gets."""
        marked = marks.among(self.ids, self.lowest, self.highest)
        lists_likers = bool(self.cards) and self.cards[0].likers is not None  # all cards do, or none does
        if lists_likers and (marked or marks.people.by_name.get(BLOCKED.name)):
            return joined([card.seen_by(viewer, marks) for card in self.cards], self.cursors, self.fronts)
        if not marked:
            return self.plain
        if self._pieces is None:
            self._pieces = pieces(self.plain, self.cards, self.fronts)
        found, places = self._pieces.pieces.copy(), self._pieces.places
        for tweet_id, names in marked:
            if (place := places.get(tweet_id)) is not None:
                found[place] = MARKED[names]
        return b"".join(found)


class PerchDialect:
    """Perch's own API."""

    name = NAME

    def __init__(self, urls: MediaUrls) -> None:
        self._urls = urls

    def card(self, tweet: TweetRow, *, likers: int) -> PerchCard:
        """The tweet as JSON."""
        shown = tweets.tweet(tweet, self._urls)
        plain = encoder.encode(shown)
        # Inside texts, quotes are escaped, so this finds only the tweet's own fields.
        marks = plain.rindex(UNMARKED)
        found = None
        if likers:
            ids = frozenset([like.id for like in shown.likes])
            found = Likers(plain.index(LIKES) + len(LIKES), plain.rindex(LIKES_END), ids)
        is_open = tweet.visibility.is_open
        quotes = None if tweet.quote is None else tweet.quote.tweet_id
        return PerchCard(
            tweet.id, tweet.author_id, tweet.addressed, is_open, plain, marks, likers, found, quotes
        )

    def page(
        self, cards: Sequence[Card], cursors: Cursors, entries: Sequence[Entry] | None = None
    ) -> PerchPage:
        """The answer `TweetsPage`."""
        own: list[PerchCard] = list(cards)  # type: ignore[arg-type]  # all are this dialect's
        return PerchPage(own, cursors, entries)

    def with_quoted(self, answer: bytes, quoted: Sequence[Quoted]) -> bytes:
        """The same answer with the field `quoted`."""
        return wire.with_quoted(answer, quoted)


def pieces(plain: bytes, cards: Sequence[PerchCard], fronts: Sequence[bytes] | None = None) -> Pieces:
    """Cut the page of these cards at their marks."""
    found: list[bytes] = []
    places = {}
    cut, begin = 0, len(HEAD if fronts is None else HEAD_OF_ENTRIES)
    for number, one in enumerate(cards):
        if fronts is not None:
            begin += len(fronts[number])
        at = begin + one.marks
        found += [plain[cut:at], UNMARKED]
        places[one.tweet_id] = len(found) - 1
        cut = at + len(UNMARKED)
        begin += len(one.plain) + len(COMMA if fronts is None else BACK + COMMA)
    return Pieces([*found, plain[cut:]], places)


def front(entry: Entry) -> bytes:
    """The beginning of an entry, up to its card (`TweetEntry`, `RepostEntry`)."""
    if not entry.reposters:
        return b'{"type":"tweet","id":%d,"tweet":' % entry.cursor
    return b'{"type":"repost","id":%d,"reposters":%b,"tweet":' % (
        entry.cursor,
        encoder.encode(entry.reposters),
    )


def joined(cards: Sequence[bytes], cursors: Cursors, fronts: Sequence[bytes] | None = None) -> bytes:
    """Join the cards into the response for a page."""
    older, newer = (b"null" if cursor is None else b"%d" % cursor for cursor in cursors)
    head = HEAD
    if fronts is not None:
        head = HEAD_OF_ENTRIES
        cards = [b"%b%b%b" % (before, card, BACK) for before, card in zip(fronts, cards, strict=True)]
    return b'%b%b],"next":%b,"previous":%b}' % (head, COMMA.join(cards), older, newer)
