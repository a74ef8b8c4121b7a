"""Kinds of events. Each is declared once, by its feature (`server.features.registry` lists all)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from server.core.cache import topics
from server.core.live.event import EventRow

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Fact(Generic[K, V]):
    """Something that is true now, for instance a user's counters.

    Attributes:
        load: reads many in one query. Its arguments are the keys and the ids of the viewers who get the
            events. For a key of something that is gone, it returns no value.
    """

    load: Callable[[Collection[K], Collection[int]], Awaitable[Mapping[K, V]]]


# A fact and its key.
Needed = tuple[Fact[Any, Any], Any]


class Recipients(NamedTuple):
    """The viewers who get the message about an event.

    Attributes:
        among: the only viewers who may get it; None if all may.
        not_for: viewers who don't get it.
        followers: those on whose Following timeline it is.
        revoked_key: only streams that were opened with the key of this id get it, and end then.
    """

    among: frozenset[int] | None = None
    not_for: frozenset[int] = frozenset()
    followers: frozenset[int] = frozenset()
    revoked_key: int | None = None


EVERYBODY = Recipients()


def only(*users: int) -> Recipients:
    """Only these users; without any, nobody."""
    return Recipients(among=frozenset(users))


def to_actor(event: EventRow, _facts: Facts) -> Recipients:
    """Only the actor gets the message."""
    return only(event.actor_id)


def to_subject(event: EventRow, _facts: Facts) -> Recipients:
    """Only the subject, a user, gets the message."""
    return only(event.subject_id)


def to_everybody(_event: EventRow, _facts: Facts) -> Recipients:
    """Every viewer gets the message."""
    return EVERYBODY


def needs_nothing(_event: EventRow) -> Iterable[Needed]:
    """The `needs` of kinds whose row says everything."""
    return ()


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of event.

    An event says what has changed; a message about it gives the current state. So after several changes in a
    row, the same state may be sent twice, but never a state older than one already sent.

    Attributes:
        name: its name in the outbox, in the log and on the live stream.
        invalidates: the cache topics that have changed.
        needs: the facts that `recipients` and the rendered message read.
        recipients: who gets a message about it, by the facts that it needs. Whatever an API makes of an
            event, it is sent to nobody else.
    """

    name: str
    invalidates: Callable[[EventRow], list[int]]
    needs: Callable[[EventRow], Iterable[Needed]] = needs_nothing
    recipients: Callable[[EventRow, Facts], Recipients] = field(kw_only=True)


class Kinds:
    """All kinds of events that this version knows."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._by_name = {kind.name: kind for kind in kinds}

    def names(self) -> list[str]:
        """The names of all kinds."""
        return list(self._by_name)

    def invalidated_by(self, event: EventRow) -> list[int]:
        """The topics that the event invalidates: everything, if a newer version wrote it."""
        kind = self._by_name.get(event.kind)
        return kind.invalidates(event) if kind else [topics.EVERYTHING]

    def recipients_of(self, event: EventRow, facts: Facts) -> Recipients:
        """Who gets a message about the event: nobody, if a newer version wrote it."""
        kind = self._by_name.get(event.kind)
        return kind.recipients(event, facts) if kind else only()

    async def facts(self, events: Sequence[EventRow], viewers: Collection[int]) -> Facts:
        """Load the current facts about these events, with at most one query per fact, however many events."""
        keys: dict[Fact[Any, Any], set[Any]] = {}
        for event in events:
            kind = self._by_name.get(event.kind)
            for fact, key in kind.needs(event) if kind else ():
                keys.setdefault(fact, set()).add(key)
        return Facts({fact: await fact.load(found, viewers) for fact, found in keys.items()})


class Facts:
    """The current values of facts."""

    def __init__(self, found: Mapping[Fact[Any, Any], Mapping[Any, Any]]) -> None:
        self._found = found

    def get(self, fact: Fact[K, V], key: K) -> V | None:
        """The value of the fact for this key; None if it no longer exists."""
        value: V | None = self._found.get(fact, {}).get(key)
        return value
