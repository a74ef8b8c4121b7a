"""Kinds of events. Each is declared once, by its feature (`server.features.registry` lists all)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from server.core.cache import topics
from server.core.live.event import EventRow

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Fact(Generic[K, V]):
    """Something that is true now, for instance a user's counters.

    Attributes:
        load: reads many in one query. Its arguments are the keys, and the ids of the viewers to whom events
            are told. A key of something that is gone has no value.
    """

    load: Callable[[Collection[K], Collection[int]], Awaitable[Mapping[K, V]]]


# A fact and its key.
Needed = tuple[Fact[Any, Any], Any]


def needs_nothing(_event: EventRow) -> Iterable[Needed]:
    """For kinds whose row says everything."""
    return ()


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of event.

    An event says what has changed; a message about it says what is true now. So several changes in a row may
    be told as one state twice, and never as a state that is older than one already told.

    Attributes:
        name: as it stands in the outbox, in the log and on the live stream.
        invalidates: the topics of the cache that have changed.
        needs: the facts that a message about it shows.
    """

    name: str
    invalidates: Callable[[EventRow], list[int]]
    needs: Callable[[EventRow], Iterable[Needed]] = needs_nothing


class Kinds:
    """All kinds of events that this version knows."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._by_name = {kind.name: kind for kind in kinds}

    def names(self) -> list[str]:
        """The names of all."""
        return list(self._by_name)

    def invalidated_by(self, event: EventRow) -> list[int]:
        """The topics that the event has changed; all, if a newer version wrote it."""
        kind = self._by_name.get(event.kind)
        return kind.invalidates(event) if kind else [topics.EVERYTHING]

    async def facts(self, events: Sequence[EventRow], viewers: Collection[int]) -> Facts:
        """What is true now of what these events are about: at most one query for each fact, however many."""
        keys: dict[Fact[Any, Any], set[Any]] = {}
        for event in events:
            kind = self._by_name.get(event.kind)
            for fact, key in kind.needs(event) if kind else ():
                keys.setdefault(fact, set()).add(key)
        return Facts({fact: await fact.load(found, viewers) for fact, found in keys.items()})


class Facts:
    """What is true now."""

    def __init__(self, found: Mapping[Fact[Any, Any], Mapping[Any, Any]]) -> None:
        self._found = found

    def get(self, fact: Fact[K, V], key: K) -> V | None:
        """The fact about this key; None if it isn't true any more."""
        value: V | None = self._found.get(fact, {}).get(key)
        return value
