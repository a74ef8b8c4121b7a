"""A viewer's marks on tweets and people, such as likes and blocks, which make viewers' pages differ.

A viewer's marks are kept together in memory as small sets. So a page that everyone shares is read only once,
and each viewer's marks are spliced into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.cache import topics
from server.core.cache.store import Store
from server.core.database.connection import records

# The most marks of each kind kept for a viewer: those on the newest tweets.
KEPT = 500

# What an id costs in a set, in bytes, as measured with tracemalloc on 64-bit CPython 3.11.
EACH = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """A kind of mark, declared by its feature.

    Attributes:
        name: unique, and the name of its field in Perch's own API.
        topic: returns, for a viewer's id, the topic that changes when they set or remove a mark.
        newest: SQL for the newest tweets with the viewer's mark, as `tweet_id`: $1 viewer, $2 limit.
        among: SQL for which of some tweets have the viewer's mark, as `tweet_id`: $1 viewer, $2 tweet ids.
    """

    name: str
    topic: Callable[[int], int]
    newest: str
    among: str


@dataclass(frozen=True, slots=True)
class MarkOnPeople:
    """A kind of mark on people, declared by its feature. All of a viewer's are kept.

    Attributes:
        name: unique among the marks of both kinds.
        topic: returns, for a viewer's id, the topic that changes when they set or remove a mark.
        all: SQL for the people with the viewer's mark, as `person_id`: $1 viewer.
    """

    name: str
    topic: Callable[[int], int]
    all: str


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """A viewer's marks on people: their ids by the mark's name, and those with any mark.

    It can be part of a cache key: it equals only itself.
    """

    by_name: Mapping[str, frozenset[int]]
    together: frozenset[int]


NOBODY = People({}, frozenset())


@dataclass(frozen=True, slots=True)
class Marks:
    """A viewer's marks: on all tweets with ids from `since` on, as ids by the mark's name; and on people."""

    since: int
    tweets: Mapping[str, frozenset[int]]
    people: People = NOBODY


class MarksOfViewers:
    """The viewers' marks that this process keeps.

    Those on tweets and those on people are kept apart, as a like shouldn't make all blocks be read again.
    """

    def __init__(self, store: Store, kinds: Sequence[Mark], on_people: Sequence[MarkOnPeople]) -> None:
        self._store = store
        self._kinds = kinds
        self._on_people = on_people
        newest = [(kind.name, f"SELECT tweet_id AS id FROM ({kind.newest}) AS of_kind") for kind in kinds]
        people = [(kind.name, f"SELECT person_id AS id FROM ({kind.all}) AS of_kind") for kind in on_people]
        among = [(kind.name, f"SELECT tweet_id AS id FROM ({kind.among}) AS of_kind") for kind in kinds]
        self._newest, self._people, self._among = _together(newest), _together(people), _together(among)
        self._all = _together([*newest, *people])

    def needed(self, user_id: int) -> list[int]:
        """The topics on which the viewer's marks depend."""
        kinds: Sequence[Mark | MarkOnPeople] = [*self._kinds, *self._on_people]
        return [kind.topic(user_id) for kind in kinds]

    def kept(self, user_id: int) -> Marks | None:
        """The viewer's marks on the newest tweets and on people, if they are cached."""
        marks: Marks | None = self._store.get(("marks", user_id))
        people: People | None = self._store.get(("people", user_id))
        if marks is None or people is None:
            return None
        return marks if people is NOBODY else Marks(marks.since, marks.tweets, people)

    async def of(self, user_id: int) -> Marks:
        """The viewer's marks on the newest tweets and on people: one query for what isn't cached."""
        people: People | None = self._store.get(("people", user_id))
        needed = (topics.EVERYTHING, *(kind.topic(user_id) for kind in self._on_people))
        before = self._store.versions.of(needed)
        read: list[People] = []
        marks = await self._store.fetch(
            ("marks", user_id),
            [kind.topic(user_id) for kind in self._kinds],
            lambda: self._read(user_id, None if people is not None else read),
            size=lambda found: EACH * sum(map(len, found.tweets.values())),
        )
        if people is None and read:
            people = read[0]
            self._store.put(("people", user_id), people, _size(people), needed, before)
        elif people is None:
            people = (
                await self._store.fetch(
                    ("people", user_id), needed, lambda: self._read_people(user_id), _size
                )
            ).value
        return Marks(marks.value.since, marks.value.tweets, people)

    async def on(self, user_id: int, tweet_ids: Sequence[int], marks: Marks) -> Marks:
        """The viewer's `marks`, with those on these tweets: one query if some are older and not cached."""
        older = tuple([tweet_id for tweet_id in tweet_ids if tweet_id < marks.since])

        async def read() -> Mapping[str, frozenset[int]]:
            return _by_name(self._kinds, await records(self._among, user_id, older))

        found = await self._store.fetch(
            ("marks", user_id, older),
            [kind.topic(user_id) for kind in self._kinds],
            read,
            size=lambda found: EACH * (len(older) + sum(map(len, found.values()))),
        )
        both = {name: newest | found.value[name] for name, newest in marks.tweets.items()}
        return Marks(0, both, marks.people)

    async def _read(self, user_id: int, people: list[People] | None) -> Marks:
        """Read the marks on tweets; and those on people, if there is a list for them."""
        found = await records(self._newest if people is None else self._all, user_id, KEPT)
        tweets = _by_name(self._kinds, found)
        if people is not None:
            people.append(_people(self._on_people, found))
        full = (min(marked) for marked in tweets.values() if len(marked) == KEPT)
        return Marks(max(full, default=0), tweets)

    async def _read_people(self, user_id: int) -> People:
        return _people(self._on_people, await records(self._people, user_id))


def _people(kinds: Sequence[MarkOnPeople], found: Sequence[Mapping[str, Any]]) -> People:
    by_name = _by_name(kinds, found)
    together = frozenset().union(*by_name.values())
    return People(by_name, together) if together else NOBODY


def _size(people: People) -> int:
    return EACH * (len(people.together) + sum(map(len, people.by_name.values())))


def _by_name(
    kinds: Iterable[Mark | MarkOnPeople], found: Sequence[Mapping[str, Any]]
) -> dict[str, frozenset[int]]:
    by_name: dict[str, list[int]] = {kind.name: [] for kind in kinds}
    for record in found:
        if (ids := by_name.get(record["mark"])) is not None:
            ids.append(record["id"])
    return {name: frozenset(ids) for name, ids in by_name.items()}


def _together(kinds: Iterable[tuple[str, str]]) -> str:
    """Combine the SQL of some kinds of marks into one statement."""
    return " UNION ALL ".join(f"SELECT '{name}' AS mark, id FROM ({sql}) AS found" for name, sql in kinds)
