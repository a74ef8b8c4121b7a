"""Which people a viewer sees nothing of."""

from __future__ import annotations

from server.core.cache import topics
from server.core.cache.marks import MarkOnPeople

# Whom a user blocks or mutes, and who blocks them.
relations_of = topics.per("relations")

# SQL for whether the user of a relation mutes the other at the moment.
IS_MUTED = "(muted AND coalesce(muted_until > now(), true))"

# The user gets no tweets of the first anywhere; those of the second only where they ask for this person.
BLOCKED = MarkOnPeople(
    "blocked",
    relations_of,
    "SELECT other_id AS person_id FROM relations WHERE user_id = $1 AND (blocking OR blocked_by)",
)
MUTED = MarkOnPeople(
    "muted",
    relations_of,
    f"SELECT other_id AS person_id FROM relations WHERE user_id = $1 AND {IS_MUTED}",
)


def visible_to(viewer: str, person: str) -> str:
    """SQL for whether neither of two users, given as expressions, blocks the other."""
    relation = (
        f"SELECT blocking OR blocked_by FROM relations WHERE user_id = {viewer} AND other_id = {person}"
    )
    return f"(({relation}) IS NOT TRUE)"
