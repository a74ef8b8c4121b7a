"""Hidden tweets: the user's row decides, at once; the same on each tweet follows, for the indexes.

All locks are taken in the order of the deletion of a tweet: first tweets, by their ids, then their author.
"""

from __future__ import annotations

from server.core.database.connection import row, rows, transaction

# Tweets that are marked in one transaction.
BATCH = 1_000

# $1 author, $2 whether they are to be hidden, $3 how many.
MARK = """
    WITH these AS MATERIALIZED (
        SELECT id FROM tweets WHERE author_id = $1 AND hidden = NOT $2::boolean
        ORDER BY id LIMIT $3 FOR NO KEY UPDATE
    )
    UPDATE tweets SET hidden = $2::boolean FROM these WHERE tweets.id = these.id RETURNING 1
"""
LOCK = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"
SETTLE = """
    UPDATE users SET unsettled = EXISTS (
        SELECT 1 FROM tweets WHERE author_id = users.id AND hidden = NOT users.hidden
    ) WHERE id = $1 RETURNING unsettled
"""
# Not of those who are being erased: their tweets go.
UNSETTLED = """
    SELECT id FROM users WHERE unsettled AND (deleted_at IS NULL OR erase_after > now()) ORDER BY id LIMIT $1
"""


async def mark_some(user_id: int) -> bool:
    """Have some tweets say what their author's row says; whether any that do not are left."""
    async with transaction():
        user = await row("SELECT hidden FROM users WHERE id = $1", user_id)
        if user is None:
            return False
        await rows(MARK, user_id, user["hidden"], BATCH)
        # With the author locked, and only then looked at, no other transaction's tweet or change of mind is
        # missed: it is seen here, or finds what is written here.
        await row(LOCK, user_id)
        settled = await row(SETTLE, user_id)
        return bool(settled and settled["unsettled"])


async def unsettled(limit: int) -> list[int]:
    """Users whose tweets do not all say so yet."""
    return [found["id"] for found in await rows(UNSETTLED, limit)]
