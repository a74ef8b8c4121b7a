"""Hidden tweets: the author's row decides at once; each tweet's own mark follows later, for the indexes.

Tweets that are for mentioned people only have the mark anyway.

Locks are taken in the same order as when a tweet is deleted: first the tweets, by id, then their author.
"""

from __future__ import annotations

from server.core.database.connection import row, rows, transaction
from server.features.visibility.visibility import MENTIONED

# The number of tweets marked per transaction.
BATCH = 1_000

# $1 author, $2 whether they are to be hidden, $3 how many.
MARK = f"""
    WITH these AS MATERIALIZED (
        SELECT id FROM tweets
        WHERE author_id = $1 AND hidden = NOT $2::boolean AND visibility < {MENTIONED}
        ORDER BY id LIMIT $3 FOR NO KEY UPDATE
    )
    UPDATE tweets SET hidden = $2::boolean FROM these WHERE tweets.id = these.id RETURNING 1
"""
LOCK = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"
SETTLE = f"""
    UPDATE users SET unsettled = EXISTS (
        SELECT 1 FROM tweets
        WHERE author_id = users.id AND hidden = NOT users.hidden AND visibility < {MENTIONED}
    ) WHERE id = $1 RETURNING unsettled
"""
# Excludes users who are being erased: their tweets will be deleted.
UNSETTLED = """
    SELECT id FROM users WHERE unsettled AND (deleted_at IS NULL OR erase_after > now()) ORDER BY id LIMIT $1
"""


async def mark_some(user_id: int) -> bool:
    """Make a batch of tweets agree with their author's row; return whether any that don't are left."""
    async with transaction():
        user = await row("SELECT hidden FROM users WHERE id = $1", user_id)
        if user is None:
            return False
        await rows(MARK, user_id, user["hidden"], BATCH)
        # Locking the author before reading makes sure that we miss no concurrent tweet or change: either we
        # see it here, or its transaction sees what we write.
        await row(LOCK, user_id)
        settled = await row(SETTLE, user_id)
        return bool(settled and settled["unsettled"])


async def unsettled(limit: int) -> list[int]:
    """Users whose tweets don't all agree with their row yet."""
    return [found["id"] for found in await rows(UNSETTLED, limit)]
