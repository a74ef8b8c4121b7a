"""Mentions of a user in erasure. What a user wrote is in their tweets."""

from __future__ import annotations

from server.core import personal
from server.core.cache import changes, topics
from server.core.database.connection import rows
from server.core.personal import Objects, PersonalData

ERASE = """
    DELETE FROM mentions WHERE (tweet_id, user_id) IN (
        SELECT tweet_id, user_id FROM mentions WHERE user_id = $1 ORDER BY tweet_id LIMIT $2
    ) RETURNING tweet_id
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Make text of the mentions of the user."""
    gone = await rows(ERASE, user_id, personal.BATCH)
    await changes.tell({topics.tweet(one["tweet_id"]) for one in gone})
    return bool(gone)


PERSONAL = PersonalData((), (erase,), ("SELECT 1 FROM mentions WHERE user_id = u.id",))
