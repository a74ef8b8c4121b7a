"""Pages are put together from parts that may be read one after the other."""

from __future__ import annotations

import asyncio
import itertools
import logging
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.api.perch.dialect import NAME, PerchDialect
from server.context import Context
from server.core.cache import topics
from server.core.database.connection import records
from server.core.paging import NEWEST
from server.core.viewer import Person
from server.features.memory import Memory
from server.features.registry import MARKS, MARKS_ON_PEOPLE
from server.features.timelines import timeline
from server.features.timelines.home import ALL, FOLLOWING
from server.features.timelines.page import PageKey, Part
from server.features.timelines.pages import AT_ONCE, DEEP, Pages
from tests.callers import Caller
from tests.waiting import PATIENCE, turns, until, until_gone

ALICE = Person(1, "alice", "alice")
KEY = PageKey(ALL, 0, Part(NEWEST, skip=0, limit=50, likers=0))


@pytest.fixture
async def pages(perch: Context) -> Pages:
    """Pages that nobody has requested yet."""
    await until(perch.memory.store.versions.are_believed)
    memory = Memory(
        perch.memory.store.versions, [PerchDialect(perch.urls)], MARKS, MARKS_ON_PEOPLE, max_bytes=1 << 30
    )
    return memory.pages[NAME]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """The statements that read timelines from now on."""
    found = Statements()

    async def slow(sql: str, *values: object) -> list[Any]:
        found.read.append((sql, values))
        rows = await records(sql, *values)
        await found.after()
        return rows

    monkeypatch.setattr(timeline, "records", slow)
    return found


class Statements:
    """Statements with their values, and what to do after each before its rows are used."""

    def __init__(self) -> None:
        self.read: list[tuple[str, tuple[object, ...]]] = []
        self.after: Callable[[], Awaitable[None]] = nothing


async def nothing() -> None:
    """Do nothing."""


async def test_a_tweet_published_while_a_page_is_read_is_on_the_next_read(
    pages: Pages, alice: Caller, statements: Statements
) -> None:
    """The ids were read before the tweet existed, and the page is put together afterwards."""
    await alice.tweet("old")
    were_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        were_read.set()
        await may_go_on.wait()

    statements.after = wait
    early = [asyncio.create_task(pages.read(ALICE, KEY)) for _ in range(2)]
    await were_read.wait()
    statements.after = nothing
    await alice.tweet("new")
    may_go_on.set()
    await asyncio.gather(*early)  # a request from before may get the earlier state
    assert b'"new"' in (await pages.read(ALICE, KEY)).answer


async def test_a_tweet_liked_after_it_was_read_along_with_the_ids_is_read_again(
    pages: Pages, alice: Caller, statements: Statements
) -> None:
    tweet_id = await alice.tweet("liked")

    async def like() -> None:
        statements.after = nothing
        await alice.post(f"/api/tweets/{tweet_id}/likes")

    statements.after = like
    assert b'"likes_count":1' in (await pages.read(ALICE, KEY)).answer
    assert b'"likes_count":1' in (await pages.read(ALICE, KEY)).answer
    # The event log reports the tweet in its own time, and then the page is read again.
    assert [sql for sql, _ in statements.read][:2] == [ALL.older.rows, timeline.CARDS]


async def test_after_a_new_tweet_one_statement_reads_the_page(
    pages: Pages, alice: Caller, statements: Statements
) -> None:
    tweets = [await alice.tweet("first")]

    async def reads_just_the_new_one() -> bool:
        await pages.read(ALICE, KEY)
        statements.read.clear()
        tweets.append(await alice.tweet("new"))
        await pages.read(ALICE, KEY)
        return [(sql, values[-1]) for sql, values in statements.read] == [(ALL.older.rows, tweets[-2::-1])]

    await until(reads_just_the_new_one)  # the event log reports the earlier ones in its own time


async def test_cards_in_memory_are_not_read_along(
    pages: Pages, alice: Caller, statements: Statements
) -> None:
    """After some pages of which all cards are in memory, the next one reads only its ids."""
    for number in range(30):
        await alice.tweet(str(number))
    lengths = itertools.count(1)

    async def read() -> str:
        statements.read.clear()
        await pages.read(ALICE, KEY._replace(part=KEY.part._replace(limit=next(lengths))))
        return statements.read[0][0]

    async def reads_only_ids() -> bool:
        return await read() == ALL.older.places

    assert await read() == ALL.older.rows
    await until(reads_only_ids)


async def test_viewers_who_follow_the_same_people_share_a_page(
    pages: Pages, alice: Caller, bob: Caller, carol: Caller
) -> None:
    for follower in (alice, bob):
        await follower.post(f"/api/users/{carol.id}/follow")
    await carol.tweet("for both")
    keys = [KEY._replace(timeline=FOLLOWING, subject=who.id) for who in (alice, bob)]

    async def read() -> bool:
        first, second = [(await pages._page(key)).value for key in keys]
        return len(first.cards) == 1 and first is second

    await until(read)
    # Both are read from the database once more, and nothing has changed.
    for key in keys:
        pages._store.forget((NAME, key))
        pages._store.forget(("ids", key))
    assert await read()
    await alice.tweet("on her own page only")
    await until_gone(read)
    shown = [(await pages.read(ALICE, key)).answer for key in keys]
    assert [b"on her own page only" in page for page in shown] == [True, False]


async def test_page_contents_are_counted_even_if_only_the_page_holds_them(
    perch: Context, alice: Caller
) -> None:
    """Each page was assembled at a different time, from tweets that have been rendered anew since."""
    for number in range(10):
        await alice.tweet(f"tweet {number}")
    memory = Memory(
        perch.memory.store.versions, [PerchDialect(perch.urls)], MARKS, MARKS_ON_PEOPLE, max_bytes=1 << 30
    )
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for skip in range(300):
            memory.store.versions.stamp([topics.NAMES])
            part = KEY.part._replace(skip=skip % 3, limit=7 + skip // 3)
            await memory.pages[NAME].read(ALICE, KEY._replace(part=part))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < memory.store.size


async def test_reading_single_cached_tweets_costs_no_query(
    perch: Context, alice: Caller, bob: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    pages = perch.memory.pages[NAME]
    first, second = await alice.tweet("first"), await alice.tweet("second")
    await bob.post(f"/api/tweets/{second}/likes")
    await until(perch.memory.store.versions.are_believed)
    viewer = Person(bob.id, "bob", "bob")

    async def cost_none() -> bool:
        for tweet_id in (first, second):
            assert await pages.one(viewer, tweet_id, likers=0)
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            shown = await pages.one(viewer, first, likers=0)
            assert shown is not None
            assert b'"liked":false' in shown.bytes
            shown = await pages.one(viewer, second, likers=0)
            assert shown is not None
            assert b'"liked":true' in shown.bytes
        return not [record for record in caplog.records if "SELECT" in record.getMessage()]

    await until(cost_none)  # the event log reports the writes above in its own time


def slowed(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], asyncio.Event]:
    """Let pages that don't begin with the newest tweet wait for the event; also returns the cursors read."""
    may_go_on = asyncio.Event()
    reading: list[int] = []

    async def slow(sql: str, cursor: Any, *values: object) -> Any:
        if sql != timeline.CARDS:
            reading.append(cursor)
            if cursor != NEWEST:
                await may_go_on.wait()
        return await records(sql, cursor, *values)

    monkeypatch.setattr(timeline, "records", slow)
    return reading, may_go_on


async def test_a_user_reads_few_missing_pages_at_once_and_keeps_nobody_waiting(
    pages: Pages, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.tweet("here")
    reading, may_go_on = slowed(monkeypatch)
    deep = [KEY._replace(part=KEY.part._replace(before=cursor)) for cursor in range(100, 110)]
    tasks = [asyncio.create_task(pages.read(ALICE, key)) for key in deep]
    await until(lambda: len(reading) == AT_ONCE)
    await turns()
    for task in tasks[:AT_ONCE]:
        task.cancel()  # their clients are gone, but their pages are still being read
    async with asyncio.timeout(PATIENCE):
        assert b'"here"' in (await pages.read(Person(2, "bob", "bob"), KEY)).answer
    # Some may have begun anew, when the event log told of the tweet above.
    assert set(reading) == {*range(100, 100 + AT_ONCE), NEWEST}
    may_go_on.set()
    await asyncio.gather(*tasks[AT_ONCE:])
    assert set(reading) == {*range(100, 110), NEWEST}


async def test_deep_pages_are_read_one_after_the_other_whoever_asks(
    pages: Pages, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.tweet("here")
    reading, may_go_on = slowed(monkeypatch)
    deep = [KEY._replace(part=KEY.part._replace(before=cursor, skip=DEEP)) for cursor in range(100, 105)]
    people = [Person(number, "x", "x") for number in range(10, 15)]
    tasks = [asyncio.create_task(pages.read(who, key)) for who, key in zip(people, deep, strict=True)]
    await until(lambda: bool(reading))
    await turns()
    assert b'"here"' in (await pages.read(ALICE, KEY)).answer
    assert set(reading) == {100, NEWEST}
    may_go_on.set()
    await asyncio.gather(*tasks)
    assert set(reading) == {*range(100, 105), NEWEST}
