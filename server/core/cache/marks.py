"""A viewer's marks on tweets and people, such as likes and blocks, which make viewers' pages differ.

A viewer's marks are kept together in memory. So a page that everyone shares is read only once, and each
viewer's marks are spliced into it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from server.core.cache import topics
from server.core.cache.store import Store
from server.core.database.connection import records

# The most marks of each kind kept for a viewer: those on the newest tweets.
KEPT = 500

# What an id costs in a set, in bytes, as measured with tracemalloc on 64-bit CPython 3.11.
EACH = 100

# What a tweet costs among a viewer's marks, in bytes: its id, and a reference to the names.
EACH_TWEET = 16

# To search for a tweet among the marks takes about as long as to look at so many of them.
ALIKE = 8

# The names of the marks on a tweet, for each combination that was seen: all such tweets share one.
_NAMES: dict[frozenset[str], frozenset[str]] = {}


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


NO_MARKS = frozenset[str]()


class Marks(NamedTuple):
    """A viewer's marks on tweets with ids from `since` on, and on people.

    The tweets are in order, so that a page looks only at those in its range. As sets, those of a thousand
    viewers didn't fit into the processor's cache.

    Attributes:
        tweets: the ids of tweets with any mark, ascending.
        names: the names of the marks on each of them.
    """

    since: int
    tweets: array[int]
    names: Sequence[frozenset[str]]
    people: People = NOBODY

    def on(self, tweet_id: int) -> frozenset[str]:
        """The names of the marks on a tweet."""
        place = bisect_left(self.tweets, tweet_id)
        is_marked = place < len(self.tweets) and self.tweets[place] == tweet_id
        return self.names[place] if is_marked else NO_MARKS

    def among(self, tweet_ids: Set[int], lowest: int, highest: int) -> Sequence[tuple[int, frozenset[str]]]:
        """Those of some tweets that are marked, each as its id and the names of its marks.

        Args:
            lowest, highest: of these ids.
        """
        tweets = self.tweets
        first = bisect_left(tweets, lowest)
        last = bisect_right(tweets, highest, first)
        if first == last:
            return ()
        if last - first <= ALIKE * len(tweet_ids):
            marked = zip(tweets[first:last], self.names[first:last], strict=True)
            return [one for one in marked if one[0] in tweet_ids]
        return [(tweet_id, names) for tweet_id in tweet_ids if (names := self.on(tweet_id))]


class MarksOfViewers:
    """The viewers' marks that this process keeps.

    Those on tweets and those on people are kept apart, as a like shouldn't make all blocks be read again.
    """

    def __init__(self, store: Store, kinds: Sequence[Mark], on_people: Sequence[MarkOnPeople]) -> None:
        self._store = store
        self._kinds = kinds
        self._on_people = on_people
        newest = [(kind.name, kind.newest) for kind in kinds]
        people = [(kind.name, kind.all) for kind in on_people]
        among = [(kind.name, kind.among) for kind in kinds]
        self._newest, self._people, self._among = _together(newest), _together(people), _together(among)
        self._all = _together([*newest, *people])

    def needed(self, user_id: int) -> list[int]:
        """The topics on which the viewer's marks depend."""
        kinds: Sequence[Mark | MarkOnPeople] = [*self._kinds, *self._on_people]
        return [kind.topic(user_id) for kind in kinds]

    def kept(self, user_id: int) -> Marks | None:
        """The viewer's marks on the newest tweets and on people, if they are cached."""
        marks, people = self._store.get_all((("marks", user_id), ("people", user_id)))
        if marks is None or people is None:
            return None
        found: Marks = marks
        return found if people is NOBODY else found._replace(people=people)

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
            size=lambda found: EACH_TWEET * len(found.tweets),
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
        return marks.value._replace(people=people)

    async def on(self, user_id: int, tweet_ids: Sequence[int], marks: Marks) -> Marks:
        """The viewer's `marks`, with those on these tweets: one query if some are older and not cached.

        Of tweets older than `marks.since`, the result has only those on these.
        """
        older = tuple([tweet_id for tweet_id in tweet_ids if tweet_id < marks.since])

        async def read() -> Marks:
            return marked(_by_name(self._kinds, await records(self._among, user_id, older)))

        found = await self._store.fetch(
            ("marks", user_id, older),
            [kind.topic(user_id) for kind in self._kinds],
            read,
            size=lambda found: EACH_TWEET * len(found.tweets) + EACH * len(older),
        )
        on_older, first_newer = found.value, bisect_left(marks.tweets, marks.since)
        return Marks(
            0,
            on_older.tweets + marks.tweets[first_newer:],
            (*on_older.names, *marks.names[first_newer:]),
            marks.people,
        )

    async def _read(self, user_id: int, people: list[People] | None) -> Marks:
        """Read the marks on tweets; and those on people, if there is a list for them."""
        found = await records(self._newest if people is None else self._all, user_id, KEPT)
        tweets = _by_name(self._kinds, found)
        if people is not None:
            people.append(_people(self._on_people, found))
        full = (min(ids) for ids in tweets.values() if len(ids) == KEPT)
        return marked(tweets, since=max(full, default=0))

    async def _read_people(self, user_id: int) -> People:
        return _people(self._on_people, await records(self._people, user_id))


def marked(tweets: Mapping[str, Collection[int]], *, since: int = 0) -> Marks:
    """A viewer's marks, from the ids of tweets by the mark's name."""
    names: dict[int, frozenset[str]] = {}
    for name, ids in tweets.items():
        alone = _shared(frozenset({name}))
        also = [(one, _shared(names[one] | alone)) for one in ids if one in names] if names else ()
        names.update(dict.fromkeys(ids, alone))
        names.update(also)
    order = sorted(names)
    return Marks(since, array("q", order), [names[one] for one in order])


def _shared(names: frozenset[str]) -> frozenset[str]:
    return _NAMES.setdefault(names, names)


def _people(kinds: Sequence[MarkOnPeople], found: Sequence[Mapping[str, Any]]) -> People:
    by_name = {name: frozenset(ids) for name, ids in _by_name(kinds, found).items()}
    together = frozenset().union(*by_name.values())
    return People(by_name, together) if together else NOBODY


def _size(people: People) -> int:
    return EACH * (len(people.together) + sum(map(len, people.by_name.values())))


def _by_name(
    kinds: Iterable[Mark | MarkOnPeople], found: Sequence[Mapping[str, Any]]
) -> dict[str, list[int]]:
    by_name = {record["mark"]: record["ids"] for record in found}
    return {kind.name: by_name[kind.name] for kind in kinds}


def _together(kinds: Iterable[tuple[str, str]]) -> str:
    """Combine the SQL of some kinds of marks into one statement, which gives the ids of each kind."""
    return " UNION ALL ".join(f"SELECT '{name}' AS mark, ARRAY({sql}) AS ids" for name, sql in kinds)
