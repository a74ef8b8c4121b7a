"""What happens to blocks and mutes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias

import msgspec

from server.core.cache import topics
from server.core.database.connection import rows
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Kind, only
from server.core.live.viewers import viewers_by
from server.features.relations.visible import IS_MUTED, relations_of

# The ids of the user whose relation it is, and of the other user.
Pair: TypeAlias = tuple[int, int]

SHOWN = f"""
    blocking, blocked_by, {IS_MUTED} AS muting, notifications_muted AND {IS_MUTED} AS notifications_muted,
    CASE WHEN {IS_MUTED} THEN muted_until END AS muted_until
"""
RELATIONS = f"""
    SELECT r.user_id, r.other_id, {SHOWN}
    FROM unnest($1::bigint[], $2::bigint[]) AS asked (user_id, other_id)
    JOIN relations r ON r.user_id = asked.user_id AND r.other_id = asked.other_id
"""
# SQL for whether the user of a relation gets no tweets of the other.
APART = f"(blocking OR blocked_by OR {IS_MUTED})"
# Which of the viewers get no tweets of these people.
APART_FROM = f"""
    SELECT other_id AS key, user_id AS viewer_id FROM relations
    WHERE other_id = ANY($1::bigint[]) AND user_id = ANY($2::bigint[]) AND {APART}
"""


class Relation(msgspec.Struct, frozen=True):
    """What a user has decided about another, and whether the other blocks them."""

    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    notifications_muted: bool = False
    muted_until: datetime | None = None


async def relations(asked: Collection[Pair], _viewers: Collection[int] = ()) -> dict[Pair, Relation]:
    """The relations among these that exist."""
    found = await rows(RELATIONS, [one[0] for one in asked], [one[1] for one in asked])
    return {(one.pop("user_id"), one.pop("other_id")): Relation(**one) for one in found}


async def apart(people: Collection[int], viewers: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of the viewers don't get the tweets of each of these people."""
    return await viewers_by(APART_FROM, people, viewers)


def related(user_id: int, other_id: int) -> list[int]:
    """The topics that change when a user blocks or mutes another, apart from the other's."""
    return [relations_of(user_id), topics.follows_of(user_id), topics.user(user_id)]


def pair(event: EventRow) -> Pair:
    """The relation that an event is about."""
    return event.actor_id, event.subject_id


RELATION = Fact(relations)
APART_AMONG_VIEWERS = Fact(apart)

# A user blocks, mutes or is blocked by another, or no longer.
RELATED = Kind(
    "relation",
    lambda event: related(*pair(event)),
    lambda event: [(RELATION, pair(event))],
    recipients=lambda event, _: only(pair(event)[0]),
)
