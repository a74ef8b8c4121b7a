"""Keys that clients choose, so that what is sent twice is done once.

A key belongs to one user and to one meaning. Its row is written in the statement that publishes
(`server.features.tweets.publishing`): a request that fails takes no key, and of several at once the others
wait for the first one's end at the primary key, whichever process they came to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

from server.core.database.connection import row, rows
from server.core.errors import IdempotencyKeyReused
from server.core.viewer import Viewer

# How long a key is known. A client that tries again later than that may publish twice.
KEPT = timedelta(days=1)

MAX_LENGTH = 200


def fingerprint(content: str, media_ids: Sequence[int]) -> bytes:
    """What a tweet's body means: fields that are ignored, and how it is spelt as JSON, do not count."""
    return sha256(msgspec.json.encode([content, list(media_ids)])).digest()


async def earlier(viewer: Viewer, key: str, meaning: bytes) -> int | None:
    """The tweet that this key stands for already; None where it does not stand for any.

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
    """Delete the keys that have had their time; how many."""
    gone = await rows(
        "DELETE FROM idempotency_keys WHERE created_at < $1 RETURNING key", (now or datetime.now(UTC)) - KEPT
    )
    return len(gone)
