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

# $1 from when on they stay, $2 how many go at most.
FORGET = """
    DELETE FROM idempotency_keys WHERE (user_id, key) IN (
        SELECT user_id, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2
    ) RETURNING 1
"""
BATCH = 5_000

MAX_LENGTH = 200


def fingerprint(
    content: str,
    media_ids: Sequence[int],
    in_reply_to_id: int | None = None,
    visibility: str | None = None,
    who_may_reply: str | None = None,
) -> bytes:
    """A digest of a tweet body's meaning; ignored fields and the JSON spelling don't count."""
    # What a body doesn't say isn't in its digest, so that digests of earlier versions stay what they were.
    rule = None if who_may_reply is None else {"who_may_reply": who_may_reply}
    said = [one for one in (in_reply_to_id, visibility, rule) if one is not None]
    return sha256(msgspec.json.encode([content, list(media_ids), *said])).digest()


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
    before, gone = (now or datetime.now(UTC)) - KEPT, 0
    while count := len(await rows(FORGET, before, BATCH)):
        gone += count
    return gone
