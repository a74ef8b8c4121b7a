"""A second API beside Perch's own, with shapes of its own; nothing outside `server/api` knows about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import msgspec
import pytest

from config.settings import Settings
from server.api.perch.dialect import PerchDialect
from server.api.perch.live import PerchLive
from server.context import Context
from server.core.cache import topics
from server.core.cache.marks import Marks
from server.core.live import event
from server.core.live.event import EventRow
from server.core.live.event_id import EventId
from server.core.live.frames import Frame, Reason
from server.core.live.hub import Hub
from server.core.paging import NEWEST
from server.core.viewer import Person
from server.features.likes.feature import LIKED
from server.features.memory import Memory
from server.features.registry import KINDS, MARKS, MARKS_ON_PEOPLE
from server.features.timelines.dialect import Card, Cursors, Entry, Onlooker, Quoted
from server.features.timelines.home import ALL
from server.features.timelines.page import PageKey, Part
from server.features.timelines.timeline import TweetRow
from tests.callers import Caller
from tests.waiting import PATIENCE, until

PAGE = PageKey(ALL, 0, Part(NEWEST, skip=0, limit=2, likers=0))


@dataclass(frozen=True, slots=True)
class Line:
    """A tweet as a line of text, with a heart for anyone who likes it."""

    tweet_id: int
    author_id: int
    addressed: Sequence[int]
    is_open: bool
    text: str
    quotes: int | None = None

    @property
    def size(self) -> int:
        return len(self.text)

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        likes = LIKED.name in marks.on(self.tweet_id)
        return f"{self.text}{f' <3 {viewer.name}' if likes else ''}\n".encode()


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of such lines."""

    lines: Sequence[Card]
    cursors: Cursors

    @property
    def size(self) -> int:
        return 0

    def seen_by(self, viewer: Onlooker, marks: Marks) -> bytes:
        shown = b"".join(line.seen_by(viewer, marks) for line in self.lines)
        return shown + (b"more\n" if self.cursors.older else b"")


@dataclass(frozen=True, slots=True)
class Citations:
    """Quoted lines."""

    quoted: Sequence[Quoted]

    @property
    def size(self) -> int:
        return 0

    @property
    def length(self) -> int:
        return 0

    def beside(self, answer: bytes, viewer: Onlooker, marks: Marks) -> bytes:
        lines = [b"gone\n" if one.card is None else one.card.seen_by(viewer, marks) for one in self.quoted]
        return answer + b"".join(b"> %b" % line for line in lines)


class PlainText:
    """An API that answers in plain text."""

    name = "text"

    def card(self, tweet: TweetRow, *, likers: int) -> Line:
        text = f"{tweet.author_handle}: {tweet.content}"
        quotes = None if tweet.quote is None else tweet.quote.tweet_id
        return Line(tweet.id, tweet.author_id, tweet.addressed, tweet.visibility.is_open, text, quotes)

    def page(self, cards: Sequence[Card], cursors: Cursors, entries: Sequence[Entry] | None = None) -> Lines:
        return Lines(cards, cursors)

    def quoted(self, quoted: Sequence[Quoted]) -> Citations:
        return Citations(quoted)

    async def frames(self, events: Sequence[EventRow], viewers: Collection[int], epoch: str) -> list[Frame]:
        facts = await KINDS.facts(events, viewers)
        return [
            Frame(row.seq, f"{row.kind} {row.subject_id}\n".encode(), KINDS.recipients_of(row, facts))
            for row in events
        ]

    def key_revoked(self, event_id: EventId, key_id: int) -> bytes:
        return b"bye\n"

    def reset(self, event_id: EventId, reason: Reason) -> bytes:
        return f"again: {reason}\n".encode()

    def heartbeat(self, event_id: EventId) -> bytes:
        return b"\n"


async def test_each_api_reads_its_own_rendering_of_a_page(perch: Context, alice: Caller, bob: Caller) -> None:
    memory = Memory(
        perch.memory.store.versions,
        [PerchDialect(perch.urls), PlainText()],
        MARKS,
        MARKS_ON_PEOPLE,
        max_bytes=1 << 20,
    )
    for number in range(3):
        await alice.tweet(f"tweet {number}")
    await bob.post("/api/tweets/3/likes")
    await until(memory.store.versions.are_believed)

    async def is_from_memory() -> bool:
        hits = memory.pages["text"].hits
        text = await memory.pages["text"].read(Person(bob.id, "Bob", "bob"), PAGE)
        assert text.answer == b"alice: tweet 2 <3 Bob\nalice: tweet 1\nmore\n"
        return memory.pages["text"].hits > hits

    await until(is_from_memory)  # the event log reports the writes above in its own time
    for _ in range(2):
        json = await memory.pages["perch"].read(Person(bob.id, "Bob", "bob"), PAGE)
        tweets = msgspec.json.decode(json.answer)["tweets"]
        assert [(tweet["content"], tweet["liked"]) for tweet in tweets] == [
            ("tweet 2", True),
            ("tweet 1", False),
        ]
    reader = Person(alice.id, "Alice", "alice")
    assert await memory.pages["text"].one(reader, 3, likers=0) == (b"alice: tweet 2\n", None)
    await bob.post("/api/tweets", json={"tweet_data": "look", "quote_of_id": 2})

    async def has_quote() -> bool:
        text = await memory.pages["text"].read(reader, PAGE)
        return text.answer == b"bob: look\nalice: tweet 2\nmore\n> alice: tweet 1\n"

    await until(has_quote)


@pytest.mark.usefixtures("perch", "database")
async def test_each_api_renders_events_in_its_own_format(settings: Settings, alice: Caller) -> None:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(Hub(settings.database, PlainText()).running())
        stream = await hub.join(alice.id, 1, None, await event.state(), None)
        tweet_id = await alice.tweet("hello")
        heard = b""
        while f"tweet {tweet_id}\n".encode() not in heard:
            message = await stream.next(PATIENCE)
            assert message
            heard += message
        hub.end_all()
        assert await stream.next(PATIENCE) == b"again: stopping\n"


@pytest.mark.usefixtures("perch", "database")
async def test_an_api_sends_nobody_what_is_not_for_them(
    settings: Settings, alice: Caller, bob: Caller, carol: Caller
) -> None:
    """Whatever it makes of events: it asks the kinds of events who gets them."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(Hub(settings.database, PlainText()).running())
        state = await event.state()
        streams = {who.id: await hub.join(who.id, 1, None, state, None) for who in (alice, bob, carol)}
        public = await alice.tweet("for all")
        private = (await alice.post("/api/tweets", json={"tweet_data": "@bob", "visibility": "mentioned"}))[
            "tweet_id"
        ]
        await carol.post(f"/api/tweets/{public}/bookmarks")
        last = await bob.tweet("the end")
        heard: dict[int, bytes] = {}
        for who, stream in streams.items():
            heard[who] = b""
            while f"tweet {last}\n".encode() not in heard[who]:
                heard[who] += await stream.next(PATIENCE) or b""
        assert [f"tweet {private}\n".encode() in text for text in heard.values()] == [True, True, False]
        assert [b"bookmarked" in text for text in heard.values()] == [False, False, True]
        hub.end_all()


async def test_an_unknown_event_of_a_newer_version_invalidates_everything(perch: Context) -> None:
    """During an upgrade, processes of both versions read the log."""
    row = EventRow(7, "of_tomorrow", 1, 1, None)
    assert KINDS.invalidated_by(row) == [topics.EVERYTHING]
    assert await PerchLive(perch.urls).frames([row], [1], "0" * 12) == []
