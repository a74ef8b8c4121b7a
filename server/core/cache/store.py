"""What a process keeps, with the versions that it was read at; bounded, the longest unused goes first."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from server.core.cache import topics
from server.core.cache.versions import Versions

T = TypeVar("T")

# What an entry costs besides what it holds. Bytes; tracemalloc says so of CPython 3.11 on 64 bits.
OVERHEAD = 450


class Known(NamedTuple, Generic[T]):
    """A value, with what it needs and the versions of that from before it was read."""

    value: T
    needed: tuple[int, ...]
    versions: tuple[int, ...]


@dataclass(slots=True)
class _Entry:
    value: Any
    size: int
    needed: tuple[int, ...]
    versions: tuple[int, ...]
    seen: int  # when nothing at all has changed since, its versions need no look


@dataclass(slots=True)
class _Flight:
    versions: tuple[int, ...]
    task: asyncio.Task[Any]


class Store:
    """Values by their keys, each with the topics that it depends on.

    A value is given out only while the table of versions is believed and says that none of its topics has
    changed since before the value was read.
    """

    def __init__(self, versions: Versions, max_bytes: int) -> None:
        self.versions = versions
        self.size = 0
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}

    def get(self, key: Hashable) -> Any:
        """The value, None where there is none that is true now."""
        entry = self._entries.get(key)
        if entry is None or (changes := self.versions.believed_change()) is None:
            return None
        if entry.seen != changes:
            if self.versions.of(entry.needed) != entry.versions:
                self._forget(key)
                return None
            entry.seen = changes
        self._entries.move_to_end(key)
        return entry.value

    def get_all(self, keys: Iterable[Hashable]) -> list[Any]:
        """The values of many keys, None for each that is not there or not true any more."""
        if not self._entries or not self.versions.are_believed():
            return [None for _ in keys]
        return [self.get(key) if key in self._entries else None for key in keys]

    def put(
        self, key: Hashable, value: object, size: int, needed: Sequence[int], versions: tuple[int, ...]
    ) -> None:
        """Keep a value that was read after these versions of what it needs, if it is still true."""
        needed, full = tuple(needed), size + OVERHEAD
        if full > self._max_bytes or self.versions.of(needed) != versions:
            return  # what stands there may be newer
        self._forget(key)
        self._entries[key] = _Entry(value, full, needed, versions, seen=-1)
        self.size += full
        while self.size > self._max_bytes:
            self._forget(next(iter(self._entries)))

    async def fetch(
        self,
        key: Hashable,
        needed: Sequence[int],
        build: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
        *,
        made_from: Known[Any] | None = None,
    ) -> Known[T]:
        """The value, read by `build` where there is none that is true: once, however many want it.

        Who comes while it is being read gets the same, unless something has changed since the reading began.

        Args:
            made_from: what `build` works with. The value is no truer than that: it has its versions too,
                those that were taken before that was read.
        """
        if (value := self.get(key)) is not None:
            entry = self._entries[key]
            return Known(value, entry.needed, entry.versions)
        needed = (topics.EVERYTHING, *needed)
        versions = self.versions.of(needed)
        if made_from is not None:
            needed, versions = (*made_from.needed, *needed), made_from.versions + versions
        flight = self._flights.get(key)
        if flight is None or flight.versions != versions or not self.versions.are_believed():
            flight = _Flight(versions, asyncio.ensure_future(self._build(key, needed, versions, build, size)))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _: self._land(key, flight))
        # Who started it may go away; others may wait for it still.
        return await asyncio.shield(flight.task)

    async def _build(
        self,
        key: Hashable,
        needed: tuple[int, ...],
        versions: tuple[int, ...],
        build: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
    ) -> Known[T]:
        value = await build()
        self.put(key, value, size(value), needed, versions)
        return Known(value, needed, versions)

    def _land(self, key: Hashable, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.task.cancelled():
            flight.task.exception()  # whoever waits has it; where nobody does, it is not missed

    def _forget(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= entry.size
