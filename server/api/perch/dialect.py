"""How Perch's own API renders tweets for the cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from server.api.perch.marked import MARKED, UNMARKED, Pieces, cut
from server.api.perch.shapes import tweets
from server.api.perch.shapes.tweets import Like
from server.core.cache.marks import Marks
from server.features.likes.feature import LIKED
from server.features.media.urls import MediaUrls
from server.features.relations.visible import BLOCKED
from server.features.timelines.dialect import Card, Cursors, Entry, Onlooker, Quoted
from server.features.timelines.timeline import TweetRow

NAME = "perch"

encoder = msgspec.json.Encoder()

# Sizes in bytes, as measured with tracemalloc on 64-bit CPython 3.11: a card without its JSON, and its place
# in a page; the id of each liker.
CARD, PLACE, LIKER = 650, 250, 100

# What is before a tweet's likers, between two of them, and behind them.
LIKES, NEXT_LIKER, LIKES_END = b'"likes":[', b'},{"id":', b'],"likes_count":'

HEAD, HEAD_OF_ENTRIES, COMMA = b'{"result":true,"tweets":[', b'{"result":true,"entries":[', b","

# The end of an entry or a quoted tweet, behind its card.
BACK = b"}"

# Quoted tweets remember what they were put beside if it isn't more than so many times as long as they are.
REMEMBERED = 4

# What is before the quoted tweets, behind an answer without its end.
QUOTED = b',"quoted":['


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
            self._pieces = cut(self.plain, places(self.cards, self.fronts))
        return b"".join(self._pieces.marked(marked))


class PerchQuoted:
    """Quoted tweets as JSON (`WithQuoted.quoted`), in pieces as pages are."""

    __slots__ = ("_highest", "_ids", "_last", "_lowest", "_pieces", "_places", "_plain")

    def __init__(self, quoted: Sequence[Quoted]) -> None:
        parts, self._places, length = [QUOTED], list[tuple[int, int]](), len(QUOTED)
        for one in quoted:
            card: PerchCard | None = one.card  # type: ignore[assignment]  # all are this dialect's
            front = b'{"tweet_id":%d,"state":"%b"' % (one.tweet_id, one.state.encode())
            if card is not None:
                front += b',"tweet":'
                self._places.append((one.tweet_id, length + len(front) + card.marks))
                front += card.plain
            parts.append(front + BACK + COMMA)
            length += len(parts[-1])
        self._plain = b"".join(parts)[: -len(COMMA)] + b"]}"
        self._ids = frozenset([tweet_id for tweet_id, _ in self._places])
        self._lowest, self._highest = min(self._ids, default=0), max(self._ids, default=0)
        self._pieces: Pieces | None = None
        # The last answer that had no marks, without them and with them: most viewers get the same page.
        self._last = (b"", b"")

    @property
    def size(self) -> int:
        """Bytes of memory, about, with its pieces and the last answer."""
        return (3 + 2 * REMEMBERED) * len(self._plain) + PLACE * len(self._places)

    @property
    def length(self) -> int:
        """The bytes that it adds to an answer."""
        return len(self._plain)

    def beside(self, answer: bytes, _viewer: Onlooker, marks: Marks) -> bytes:
        """The answer, which is JSON already, with the field `quoted`."""
        marked = marks.among(self._ids, self._lowest, self._highest)
        if not marked:
            if answer is self._last[0]:
                return self._last[1]
            together = b"".join([memoryview(answer)[:-1], self._plain])
            if len(answer) <= REMEMBERED * len(self._plain):
                self._last = (answer, together)
            return together
        if self._pieces is None:
            self._pieces = cut(self._plain, self._places)
        return b"".join([memoryview(answer)[:-1], *self._pieces.marked(marked)])


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

    def quoted(self, quoted: Sequence[Quoted]) -> PerchQuoted:
        """The field `quoted`."""
        return PerchQuoted(quoted)


def places(cards: Sequence[PerchCard], fronts: Sequence[bytes] | None) -> list[tuple[int, int]]:
    """The ids of these cards on their page, each with the offset of its marks."""
    found = []
    begin = len(HEAD if fronts is None else HEAD_OF_ENTRIES)
    behind = len(COMMA if fronts is None else BACK + COMMA)
    for number, one in enumerate(cards):
        if fronts is not None:
            begin += len(fronts[number])
        found.append((one.tweet_id, begin + one.marks))
        begin += len(one.plain) + behind
    return found


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
