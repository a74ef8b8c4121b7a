"""Idempotency keys: clients choose them, so that a request sent twice is carried out once.

A key belongs to one user and to one meaning. The statement that publishes also writes the key's row
(`server.features.tweets.publishing`): a request that fails takes no key, and concurrent requests wait at the
primary key until the first one ends, whichever process they came to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

from server.core.database.connection import row, rows
from server.core.errors import IdempotencyKeyReused
from server.core.viewer import Viewer

# How long a key is remembered. A client that retries later than that may publish twice.
KEPT = timedelta(days=1)

MAX_LENGTH = 200


def fingerprint(content: str, media_ids: Sequence[int]) -> bytes:
    """A digest of a tweet body's meaning; ignored fields and the JSON spelling don't count."""
    return sha256(msgspec.json.encode([content, list(media_ids)])).digest()


async def earlier(viewer: Viewer, key: str, meaning: bytes) -> int | None:
    """The tweet that this key already stands for, if any.

    Raises:
        IdempotencyKeyReused: it stands for something else.
    """
    found = await row(
        "SELECT fingerprint, tweet_id FROM idempotency_keys WHERE user_id = $1 AND key = $2", viewer.id, key
    )
    if found is None:
        return None
    if bytes(found["fingerprint"]) != meaning:
        raise IdempotencyKeyReused
    return int(found["tweet_id"])


async def forget_old(*, now: datetime | None = None) -> int:
    """Delete expired keys; return their number."""
    gone = await rows(
        "DELETE FROM idempotency_keys WHERE created_at < $1 RETURNING key", (now or datetime.now(UTC)) - KEPT
    )
    return len(gone)
