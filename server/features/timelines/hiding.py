"""Tweets that a list leaves out for its viewer, because of blocks and mutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Protocol

from server.core.cache.marks import Marks
from server.features.relations.visible import BLOCKED


class Hides(IntEnum):
    """What a list of tweets leaves out for a viewer; each includes the ones before.

    `BLOCKED`: tweets of people with a block between them and the viewer. `MUTED`: also of people whom the
    viewer mutes. `MENTIONS`: also tweets that mention any of these people or reply to them.
    """

    BLOCKED = 0
    MUTED = 1
    MENTIONS = 2


class About(Protocol):
    """A tweet whose people are known."""

    @property
    def author_id(self) -> int:
        """Who wrote it."""

    @property
    def addressed(self) -> Sequence[int]:
        """Whom it mentions, and whom it replies to."""


def left_out(marks: Marks, hides: Hides) -> frozenset[int]:
    """The people whose tweets such a list leaves out for the viewer with these marks."""
    people = marks.people
    return people.together if hides >= Hides.MUTED else people.by_name.get(BLOCKED.name, frozenset())


def is_left_out(tweet: About, people: frozenset[int], hides: Hides, viewer_id: int) -> bool:
    """Whether such a list leaves out this tweet, if it leaves out these people; never the viewer's own."""
    if tweet.author_id == viewer_id:
        return False
    return tweet.author_id in people or (hides is Hides.MENTIONS and not people.isdisjoint(tweet.addressed))


def people_of(tweets: Iterable[About]) -> frozenset[int]:
    """Everyone who might make one of these tweets be left out."""
    found = set[int]()
    for tweet in tweets:
        found.add(tweet.author_id)
        if tweet.addressed:
            found.update(tweet.addressed)
    return frozenset(found)
