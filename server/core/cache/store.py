"""A process's cache: values with the versions of their topics, in a bounded LRU store."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from server.core.cache import topics
from server.core.cache.versions import Versions
from server.core.limits.turns import for_everybody

T = TypeVar("T")

# An entry's overhead in bytes, besides its value, as measured with tracemalloc on 64-bit CPython 3.11.
OVERHEAD = 450


class Known(NamedTuple, Generic[T]):
    """A value, with the topics that it needs and their versions from before it was read."""

    value: T
    needed: tuple[int, ...]
    versions: tuple[int, ...]


@dataclass(slots=True)
class Entry:
    """A stored value, which may be current even when the store has forgotten it."""

    value: Any
    size: int
    needed: tuple[int, ...]
    versions: tuple[int, ...]
    seen: int  # `believed_change()` at the last check: if it's unchanged, so are all versions


@dataclass(slots=True)
class _Flight:
    versions: tuple[int, ...]
    task: asyncio.Task[Any]


class Store:
    """Values by key, each with the topics that it depends on.

    A value is returned only while the table of versions can be trusted and says that none of its topics has
    changed since before the value was read.
    """

    def __init__(self, versions: Versions, max_bytes: int) -> None:
        self.versions = versions
        self.size = 0
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}

    def get(self, key: Hashable) -> Any:
        """The value, or None if there is none that is current."""
        entry = self._entries.get(key)
        if entry is None or (changes := self.versions.believed_change()) is None:
            return None
        return self._value(key, entry, changes)

    def entry(self, key: Hashable) -> Entry | None:
        """What is stored, for `current`, and count it as used; None if there is nothing."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def current(self, entry: Entry) -> Any:
        """The value of an entry that was found earlier, or None if it isn't current."""
        changes = self.versions.believed_change()
        if changes is None or (entry.seen != changes and not self._checked(entry, changes)):
            return None
        return entry.value

    def last(self, key: Hashable) -> Any:
        """The value, even if it is no longer current; None if there is none."""
        entry = self._entries.get(key)
        return entry.value if entry is not None else None

    def get_all(self, keys: Iterable[Hashable]) -> list[Any]:
        """The values of many keys, with None for each that is missing or stale."""
        entries = self._entries
        if not entries or (changes := self.versions.believed_change()) is None:
            return [None for _ in keys]
        return [
            None if (entry := entries.get(key)) is None else self._value(key, entry, changes) for key in keys
        ]

    def _value(self, key: Hashable, entry: Entry, changes: int) -> Any:
        if entry.seen != changes and not self._checked(entry, changes):
            self.forget(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    def _checked(self, entry: Entry, changes: int) -> bool:
        if self.versions.of(entry.needed) != entry.versions:
            return False
        entry.seen = changes
        return True

    def put(
        self, key: Hashable, value: object, size: int, needed: Sequence[int], versions: tuple[int, ...]
    ) -> None:
        """Store a value that was read after these versions were taken, if it is still current."""
        needed, full = tuple(needed), size + OVERHEAD
        if full > self._max_bytes or self.versions.of(needed) != versions:
            return  # the stored value may be newer
        self.forget(key)
        self._entries[key] = Entry(value, full, needed, versions, seen=-1)
        self.size += full
        while self.size > self._max_bytes:
            self.forget(next(iter(self._entries)))

    async def fetch(
        self,
        key: Hashable,
        needed: Sequence[int],
        build: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
        *,
        made_from: Known[Any] | None = None,
    ) -> Known[T]:
        """Return the value, calling `build` if no current one is stored: once, however many callers want it.

        Callers who come while it is being built share the result, unless something has changed since then.

        Args:
            made_from: the value that `build` uses. As the result can't be fresher than that, it depends on
                its topics too, at the versions from before `made_from` was read.
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
        # The caller who started it may be cancelled while others are still waiting.
        return await asyncio.shield(flight.task)

    async def _build(
        self,
        key: Hashable,
        needed: tuple[int, ...],
        versions: tuple[int, ...],
        build: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
    ) -> Known[T]:
        with for_everybody():
            value = await build()
        self.put(key, value, size(value), needed, versions)
        return Known(value, needed, versions)

    def _land(self, key: Hashable, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.task.cancelled():
            flight.task.exception()  # waiting callers get it; if there are none, don't let asyncio complain

    def forget(self, key: Hashable) -> None:
        """Remove a value, if it is stored."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= entry.size
