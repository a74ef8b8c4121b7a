"""How many pictures, and how many bytes of them and of text, a user may send on a day of UTC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.core.errors import QuotaExceeded
from server.core.limits import quota_rows as quota


@dataclass(frozen=True, slots=True)
class Quota:
    """Of a day."""

    pictures: int
    bytes: int


@dataclass(slots=True)
class Taken:
    """What an upload has taken out of the day's bytes; whoever receives it says in `kept` what came."""

    bytes: int
    kept: int = 0


@asynccontextmanager
async def taken(user_id: int, size: int, of: Quota, *, now: datetime | None = None) -> AsyncIterator[Taken]:
    """Inside the block a picture of at most `size` bytes is counted; afterwards one of what came.

    An upload that fails counts as a picture, as it was work, and not for its bytes.

    Raises:
        QuotaExceeded: so many pictures, or so many bytes, are not left of this day.
    """
    now = now or datetime.now(UTC)
    day = now.date()
    if not await quota.take(user_id, day, size, pictures=of.pictures, most_bytes=of.bytes):
        raise _exceeded(f"{of.pictures} pictures and {of.bytes} bytes of pictures", now)
    upload = Taken(size)
    try:
        yield upload
    finally:
        if size != upload.kept:
            # A client that goes away takes its request with it, and not what it is owed.
            await asyncio.shield(quota.give_back(user_id, day, size - upload.kept))


async def ensure_room_for_text(user_id: int, text: str, most: int) -> None:
    """Say why a tweet was not published if the day has no room for it.

    Raises:
        QuotaExceeded: it was.
    """
    now = datetime.now(UTC)
    if await quota.text_bytes(user_id, now.date()) + len(text.encode()) > most:
        raise _exceeded(f"{most} bytes of text", now)


def _exceeded(what: str, now: datetime) -> QuotaExceeded:
    tomorrow = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    return QuotaExceeded(
        f"A user can add up to {what} a day, and this would exceed that. You can add more from "
        f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}.",
        int((tomorrow - now).total_seconds()) + 1,
    )


async def forget_old(*, now: datetime | None = None) -> int:
    """Remove what counts no more; how many rows."""
    return await quota.forget((now or datetime.now(UTC)).date() - timedelta(days=1))
