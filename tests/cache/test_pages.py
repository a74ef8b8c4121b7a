"""Pages are assembled from parts that are read one after the other."""

from __future__ import annotations

import asyncio
import logging
import tracemalloc
from typing import Any

import pytest

from server.api.perch.dialect import NAME, PerchDialect
from server.context import Context
from server.core.cache import topics
from server.core.paging import NEWEST
from server.core.viewer import Person
from server.features.memory import Memory
from server.features.registry import MARKS
from server.features.timelines import timeline
from server.features.timelines.home import ALL
from server.features.timelines.pages import AT_ONCE, PageKey, Part, _read_ids
from tests.callers import Caller
from tests.waiting import PATIENCE, turns, until

ALICE = Person(1, "alice", "alice")
KEY = PageKey(ALL, 0, Part(NEWEST, skip=0, limit=50, likers=0))


async def test_a_tweet_published_while_a_page_is_assembled_is_on_the_next_read(
    perch: Context, alice: Caller
) -> None:
    """The ids were read before the tweet existed, and the page is assembled afterwards."""
    store, pages = perch.memory.store, perch.memory.pages[NAME]
    await until(store.versions.are_believed)
    were_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def read_slowly() -> Any:
        found = await _read_ids(KEY)
        were_read.set()
        await may_go_on.wait()
        return found

    ids = store.fetch(("ids", KEY), [topics.ALL_TWEETS], read_slowly, size=lambda _: 0)
    reading = asyncio.create_task(ids)
    await were_read.wait()
    early = asyncio.create_task(pages.read(ALICE, KEY))
    await turns()
    await alice.tweet("new")
    may_go_on.set()
    await asyncio.gather(reading, early)  # a request from before may get the earlier state
    assert b'"new"' in (await pages.read(ALICE, KEY)).answer


async def test_page_contents_are_counted_even_if_only_the_page_holds_them(
    perch: Context, alice: Caller
) -> None:
    """Each page was assembled at a different time, from tweets that have been rendered anew since."""
    for number in range(10):
        await alice.tweet(f"tweet {number}")
    memory = Memory(perch.memory.store.versions, [PerchDialect(perch.urls)], MARKS, max_bytes=1 << 30)
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
    for tweet_id in (first, second):
        assert await pages.one(viewer, tweet_id, likers=0)
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        assert b'"liked":false' in (await pages.one(viewer, first, likers=0) or b"")
        assert b'"liked":true' in (await pages.one(viewer, second, likers=0) or b"")
    assert not [record for record in caplog.records if "SELECT" in record.getMessage()]


async def test_a_user_reads_few_missing_pages_at_once_and_keeps_nobody_waiting(
    perch: Context, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.tweet("here")
    memory = Memory(perch.memory.store.versions, [PerchDialect(perch.urls)], MARKS, max_bytes=1 << 30)
    pages, genuine, may_go_on = memory.pages[NAME], timeline.places, asyncio.Event()
    reading: list[int] = []

    async def slow(statement: str, subject: int, *, cursor: int, skip: int, limit: int) -> Any:
        reading.append(cursor)
        if cursor != NEWEST:
            await may_go_on.wait()
        return await genuine(statement, subject, cursor=cursor, skip=skip, limit=limit)

    monkeypatch.setattr(timeline, "places", slow)
    deep = [KEY._replace(part=KEY.part._replace(before=cursor)) for cursor in range(100, 110)]
    tasks = [asyncio.create_task(pages.read(ALICE, key)) for key in deep]
    await until(lambda: len(reading) == AT_ONCE)
    await turns()
    assert reading == list(range(100, 100 + AT_ONCE))
    async with asyncio.timeout(PATIENCE):
        assert b'"here"' in (await pages.read(Person(2, "bob", "bob"), KEY)).answer
    may_go_on.set()
    await asyncio.gather(*tasks)
    assert len(reading) == len(deep) + 1
