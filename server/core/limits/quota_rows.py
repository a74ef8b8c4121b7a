"""What each user has sent on a day of UTC: taken before the bytes come, so that many at once get no more.

The table has no model. Text is taken by the statement that publishes it
(`server.features.tweets.publishing`).
"""

from __future__ import annotations

from datetime import date

from server.core.database.connection import row, rows

# Nothing where it would be too much. Of two at once, the second sees what the first has taken.
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

TEXT_BYTES = "SELECT text_bytes FROM upload_days WHERE user_id = $1 AND day = $2"

FORGET = "DELETE FROM upload_days WHERE day < $1 RETURNING 1"


async def take(user_id: int, day: date, size: int, *, pictures: int, most_bytes: int) -> bool:
    """Take a picture of `size` bytes out of the day's; False where so many or so much are not left."""
    return await row(TAKE, user_id, day, size, pictures, most_bytes) is not None


async def give_back(user_id: int, day: date, size: int) -> None:
    """Of the bytes that were taken, these did not come."""
    await rows(GIVE_BACK, user_id, day, size)


async def text_bytes(user_id: int, day: date) -> int:
    """Of the tweets that they published."""
    found = await row(TEXT_BYTES, user_id, day)
    return found["text_bytes"] if found else 0


async def forget(before: date) -> int:
    """Remove the days before; how many."""
    return len(await rows(FORGET, before))
