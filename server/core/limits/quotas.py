"""Daily quotas: how many pictures, and how many bytes of pictures and text, a user may send per UTC day."""

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
    """A user's limits for one day."""

    pictures: int
    bytes: int


@dataclass(slots=True)
class Taken:
    """The bytes that an upload has reserved of the day. Its receiver sets `kept` to what has arrived."""

    bytes: int
    kept: int = 0


@asynccontextmanager
async def taken(user_id: int, size: int, of: Quota, *, now: datetime | None = None) -> AsyncIterator[Taken]:
    """Reserve a picture of at most `size` bytes for the block; afterwards, count only the bytes that arrived.

    A failed upload still counts as a picture, because it took work, but its bytes don't count.

    Raises:
        QuotaExceeded: the day's quota of pictures or bytes doesn't have enough left.
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
            # If the client disconnects, the request is cancelled; its unused bytes must be returned anyway.
            await asyncio.shield(quota.give_back(user_id, day, size - upload.kept))


async def take_text(user_id: int, text: str, most: int) -> None:
    """Count a text that is not a tweet's.

    Raises:
        QuotaExceeded: the day has no room for it.
    """
    size, now = len(text.encode()), datetime.now(UTC)
    if size and not await quota.take_text(user_id, now.date(), size, most=most):
        raise _exceeded(f"{most} bytes of text", now)


async def ensure_room_for_text(user_id: int, text: str, most: int) -> None:
    """Explain why a tweet wasn't published, if the reason is the day's quota.

    Raises:
        QuotaExceeded: the day has no room for this text.
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
    """Remove the rows of days that no longer count, and return how many there were."""
    return await quota.forget((now or datetime.now(UTC)).date() - timedelta(days=1))
