"""Who was addressed in tweets that not every member may see, in erasure."""

from __future__ import annotations

from server.core import personal
from server.core.database.connection import rows
from server.core.personal import Objects, PersonalData

ERASE = """
    DELETE FROM addressees WHERE (tweet_id, user_id) IN (
        SELECT tweet_id, user_id FROM addressees WHERE user_id = $1 ORDER BY tweet_id LIMIT $2
        FOR UPDATE
    ) RETURNING 1
"""


async def erase(user_id: int, _objects: Objects) -> bool:
    """Forget which tweets of others addressed the user."""
    return bool(await rows(ERASE, user_id, personal.BATCH))


# Whom a tweet mentions is exported with mentions.
PERSONAL = PersonalData((), (erase,), ("SELECT 1 FROM addressees WHERE user_id = u.id",))
