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

from server.core.database.connection import rows
from server.core.errors import IdempotencyKeyReused
from server.core.viewer import Viewer
from server.features.polls.poll import NewPoll
from server.features.quotes.rules import WhoMayQuote
from server.features.tweets.cover import NOT_COVERED, Cover

# How long a key is remembered. A client that retries later than that may publish twice.
KEPT = timedelta(days=1)

# $1 from when on they stay, $2 how many go at most.
FORGET = """
    DELETE FROM idempotency_keys WHERE (user_id, key) IN (
        SELECT user_id, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2
    ) RETURNING 1
"""
BATCH = 5_000

EARLIER = """
    SELECT key, fingerprint, tweet_id FROM idempotency_keys WHERE user_id = $1 AND key = ANY($2::varchar[])
"""

MAX_LENGTH = 200


def fingerprint(
    parts: Sequence[tuple[str, Sequence[int]]],
    in_reply_to_id: int | None = None,
    visibility: str | None = None,
    who_may_reply: str | None = None,
    cover: Cover = NOT_COVERED,
    poll: NewPoll | None = None,
    quote_of_id: int | None = None,
    who_may_quote: WhoMayQuote = WhoMayQuote.EVERYONE,
    language: str | None = None,
) -> bytes:
    """A digest of a tweet body's meaning; ignored fields and the JSON spelling don't count.

    Args:
        parts: the texts and pictures of the tweets, usually one.
    """
    # What a body doesn't say isn't in its digest, so that digests of earlier versions stay what they were.
    rule = None if who_may_reply is None else {"who_may_reply": who_may_reply}
    covered = None if cover == NOT_COVERED else {"cover": cover}
    asked = None if poll is None else {"poll": poll}
    quoted = None if quote_of_id is None else {"quote_of_id": quote_of_id}
    limited = None if who_may_quote is WhoMayQuote.EVERYONE else {"who_may_quote": who_may_quote}
    spoken = None if language is None else {"language": language}
    every = (in_reply_to_id, visibility, rule, covered, asked, quoted, limited, spoken)
    said = [one for one in every if one is not None]
    texts = [[content, list(media_ids)] for content, media_ids in parts]
    all_texts = texts[0] if len(texts) == 1 else [texts]
    return sha256(msgspec.json.encode([*all_texts, *said])).digest()


def of_part(key: str, number: int) -> str:
    """The key of one of several tweets, from 1. Clients' own keys have no line break."""
    return key if number == 1 else f"{sha256(key.encode()).hexdigest()}\n{number}"


async def earlier(viewer: Viewer, key: str, meaning: bytes, *, parts: int = 1) -> list[int]:
    """The tweets that this key already stands for, if any.

    Raises:
        IdempotencyKeyReused: it stands for something else.
    """
    keys = [of_part(key, number) for number in range(1, parts + 1)]
    found = {one["key"]: one for one in await rows(EARLIER, viewer.id, keys)}
    if any(bytes(one["fingerprint"]) != meaning for one in found.values()):
        raise IdempotencyKeyReused
    return [int(found[one]["tweet_id"]) for one in keys if one in found]


async def forget_old(*, now: datetime | None = None) -> int:
    """Delete expired keys; return their number."""
    before, gone = (now or datetime.now(UTC)) - KEPT, 0
    while count := len(await rows(FORGET, before, BATCH)):
        gone += count
    return gone
