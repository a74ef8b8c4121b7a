"""What each user has sent per UTC day, reserved before the bytes arrive so that parallel uploads get no more.

The table has no model. A tweet's text, and whether the tweet is news for its author's followers, is counted
by the statement that publishes it (`server.features.tweets.publishing`).
"""

from __future__ import annotations

from datetime import date

from server.core.database.connection import row, rows

# Returns no row if this would exceed the quota. Of two at once, the second sees what the first has reserved.
TAKE = """
    INSERT INTO upload_days AS d (user_id, day, pictures, bytes)
    SELECT $1, $2, 1, $3::bigint WHERE $4 >= 1 AND $3 <= $5::bigint
    ON CONFLICT (user_id, day) DO UPDATE SET pictures = d.pictures + 1, bytes = d.bytes + excluded.bytes
    WHERE d.pictures < $4::int AND d.bytes + excluded.bytes <= $5
    RETURNING pictures
"""

GIVE_BACK = """
    UPDATE upload_days SET bytes = bytes - $3 WHERE user_id = $1 AND day = $2 RETURNING bytes
"""

# Counts text, and returns no row if this would exceed the quota.
TAKE_TEXT = """
    INSERT INTO upload_days AS d (user_id, day, pictures, bytes, text_bytes)
    SELECT $1, $2, 0, 0, $3::bigint WHERE $3 <= $4::bigint
    ON CONFLICT (user_id, day) DO UPDATE SET text_bytes = d.text_bytes + excluded.text_bytes
    WHERE d.text_bytes + excluded.text_bytes <= $4
    RETURNING text_bytes
"""

TEXT_BYTES = "SELECT text_bytes FROM upload_days WHERE user_id = $1 AND day = $2"

FORGET = "DELETE FROM upload_days WHERE day < $1 RETURNING 1"


async def take(user_id: int, day: date, size: int, *, pictures: int, most_bytes: int) -> bool:
    """Reserve one picture of `size` bytes of the day's quota; False if not enough is left."""
    return await row(TAKE, user_id, day, size, pictures, most_bytes) is not None


async def give_back(user_id: int, day: date, size: int) -> None:
    """Return `size` reserved bytes that didn't arrive to the day's quota."""
    await rows(GIVE_BACK, user_id, day, size)


async def take_text(user_id: int, day: date, size: int, *, most: int) -> bool:
    """Count `size` bytes of text of the day's quota; False if not enough is left."""
    return await row(TAKE_TEXT, user_id, day, size, most) is not None


async def text_bytes(user_id: int, day: date) -> int:
    """The number of bytes of text, in tweets and alternative texts, that the user added that day."""
    found = await row(TEXT_BYTES, user_id, day)
    return found["text_bytes"] if found else 0


async def forget(before: date) -> int:
    """Remove the rows of earlier days and return how many there were."""
    return len(await rows(FORGET, before))
