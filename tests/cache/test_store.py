"""The cache only returns what is still true."""

from __future__ import annotations

import asyncio

import pytest

from server.core.cache.store import OVERHEAD, Store
from server.core.cache.versions import Versions, clock
from tests.waiting import turns, until

TOPIC, OTHER = 1_000, 1_001


@pytest.fixture
def versions() -> Versions:
    """A table of versions that is trusted for as long as the test takes."""
    found = Versions()
    found.hold(clock() + 60 * 10**9)
    return found


@pytest.fixture
def store(versions: Versions) -> Store:
    return Store(versions, 100_000)


class Source:
    """The current value, and how often it has been read."""

    def __init__(self, value: str = "first") -> None:
        self.value = value
        self.reads = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def read(self) -> str:
        self.reads += 1
        found = self.value
        await self.may_end.wait()
        return found


async def fetch(store: Store, source: Source) -> str:
    return (await store.fetch("key", [TOPIC], source.read, size=len)).value


async def test_unchanged_values_are_read_once(store: Store) -> None:
    source = Source()
    for _ in range(3):
        assert await fetch(store, source) == "first"
    store.versions.stamp([OTHER])
    assert await fetch(store, source) == "first"
    assert source.reads == 1


async def test_a_changed_value_is_read_again(store: Store) -> None:
    source = Source()
    await fetch(store, source)
    source.value = "second"
    store.versions.stamp([TOPIC])
    assert store.get("key") is None
    assert await fetch(store, source) == "second"


async def test_a_value_that_changes_while_it_is_read_is_not_cached(store: Store) -> None:
    source = Source()
    source.may_end.clear()
    reading = asyncio.create_task(fetch(store, source))
    await turns(2)
    source.value = "second"
    store.versions.stamp([TOPIC])
    source.may_end.set()
    assert await reading == "first"  # a request from before the change may still get it
    assert await fetch(store, source) == "second"


async def test_a_derived_value_is_no_newer_than_its_sources(store: Store) -> None:
    """The value changes between two reads: what is made of the first is as old as that."""
    first = await store.fetch("first", [TOPIC], Source("old").read, size=len)
    store.versions.stamp([TOPIC])
    made = await store.fetch("made", [OTHER], Source("of old").read, size=len, made_from=first)
    assert made.value == "of old"  # for a request that began before the change
    assert store.get("made") is None


async def test_many_concurrent_requests_cause_one_read(store: Store) -> None:
    source = Source()
    found = await asyncio.gather(*(fetch(store, source) for _ in range(500)))
    assert (set(found), source.reads) == ({"first"}, 1)


async def test_a_request_after_a_change_does_not_join_an_earlier_read(store: Store) -> None:
    source = Source()
    source.may_end.clear()
    before = asyncio.create_task(fetch(store, source))
    await until(lambda: source.reads == 1)
    source.value = "second"
    store.versions.stamp([TOPIC])
    after = [asyncio.create_task(fetch(store, source)) for _ in range(100)]
    await turns(3)
    source.may_end.set()
    assert await before == "first"
    assert set(await asyncio.gather(*after)) == {"second"}
    assert source.reads == 2


async def test_a_cancelled_reader_leaves_its_read_to_the_other_waiters(store: Store) -> None:
    source = Source()
    source.may_end.clear()
    first = asyncio.create_task(fetch(store, source))
    await until(lambda: source.reads == 1)
    second = asyncio.create_task(fetch(store, source))
    await turns(3)
    first.cancel()
    source.may_end.set()
    assert await second == "first"
    assert source.reads == 1


async def test_a_failed_read_fails_all_its_waiters_once(store: Store) -> None:
    async def fail() -> str:
        await turns(3)
        raise OSError("the database is away")

    tried = await asyncio.gather(
        *(store.fetch("key", [TOPIC], fail, size=len) for _ in range(3)), return_exceptions=True
    )
    assert [type(error) for error in tried] == [OSError] * 3
    assert await fetch(store, Source()) == "first"


async def test_without_a_lease_every_request_reads_for_itself(store: Store) -> None:
    source = Source()
    await fetch(store, source)
    store.versions.drop()
    assert store.get("key") is None
    assert await asyncio.gather(*(fetch(store, source) for _ in range(5))) == ["first"] * 5
    assert source.reads == 6
    store.versions.hold(clock() + 10**9)
    await fetch(store, source)
    assert source.reads == 6  # nothing has changed in between


async def test_an_entry_that_was_found_is_current_as_long_as_its_topics_and_the_lease(store: Store) -> None:
    store.put("key", "value", 5, [TOPIC], store.versions.of([TOPIC]))
    entry = store.entry("key")
    assert entry is not None
    store.forget("key")
    assert store.current(entry) == "value"
    store.versions.drop()
    assert store.current(entry) is None
    store.versions.hold(clock() + 10**9)
    assert store.current(entry) == "value"
    store.versions.stamp([TOPIC])
    assert store.current(entry) is None
    assert store.entry("key") is None


async def test_the_cache_does_not_exceed_its_size_limit(store: Store) -> None:
    for number in range(50):
        store.put(number, number, 10_000 - OVERHEAD, [TOPIC], store.versions.of([TOPIC]))
        assert store.get(0) == 0  # it is used all the time, so it stays
    assert store.size == 100_000
    assert [number for number in range(50) if store.get(number) is not None] == [0, *range(41, 50)]


async def test_nothing_is_cached_with_a_size_of_zero(versions: Versions) -> None:
    store, source = Store(versions, 0), Source()
    for _ in range(2):
        assert await fetch(store, source) == "first"
    assert (source.reads, store.size) == (2, 0)
