"""A viewer's marks on tweets, such as likes, which make one viewer's page differ from another's.

A viewer's marks are kept together in memory as small sets. So a page that everyone shares is read only once,
and each viewer's marks are spliced into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.cache.store import Store
from server.core.database.connection import records

# The most marks of each kind kept for a viewer: those on the newest tweets.
KEPT = 500

# What a tweet's id costs in a set, in bytes, as measured with tracemalloc on 64-bit CPython 3.11.
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
class Marks:
    """A viewer's marks on all tweets with ids from `since` on: the tweets' ids by the name of the mark."""

    since: int
    tweets: Mapping[str, frozenset[int]]


class MarksOfViewers:
    """The viewers' marks that this process keeps."""

    def __init__(self, store: Store, kinds: Sequence[Mark]) -> None:
        self._store = store
        self._kinds = kinds
        self._newest = _of_all((kind.name, kind.newest) for kind in kinds)
        self._among = _of_all((kind.name, kind.among) for kind in kinds)

    def kept(self, user_id: int) -> Marks | None:
        """The viewer's marks on the newest tweets, if they are cached."""
        marks: Marks | None = self._store.get(("marks", user_id))
        return marks

    async def of(self, user_id: int) -> Marks:
        """The viewer's marks on the newest tweets, read if they aren't cached."""
        known = await self._store.fetch(
            ("marks", user_id),
            [kind.topic(user_id) for kind in self._kinds],
            lambda: self._read(user_id),
            size=lambda found: EACH * sum(map(len, found.tweets.values())),
        )
        return known.value

    async def on(self, user_id: int, tweet_ids: Sequence[int]) -> Marks:
        """The viewer's marks on these tweets, always read from the database."""
        return Marks(0, self._by_name(await records(self._among, user_id, tweet_ids)))

    async def _read(self, user_id: int) -> Marks:
        tweets = self._by_name(await records(self._newest, user_id, KEPT))
        full = (min(marked) for marked in tweets.values() if len(marked) == KEPT)
        return Marks(max(full, default=0), tweets)

    def _by_name(self, found: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[int]]:
        return {
            kind.name: frozenset(record["tweet_id"] for record in found if record["mark"] == kind.name)
            for kind in self._kinds
        }


def _of_all(kinds: Iterable[tuple[str, str]]) -> str:
    """Combine the SQL of all kinds of marks into one statement."""
    selects = (f"SELECT '{name}' AS mark, tweet_id FROM ({sql}) AS of_kind" for name, sql in kinds)
    return " UNION ALL ".join(selects)
