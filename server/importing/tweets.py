"""Imports tweets and likes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.core.text import TWEET_MAX_BYTES
from server.importing.account import Batch
from server.importing.statements import LARGEST_ID
from server.importing.target import Target

# Of this import's users only, who all arrived at the same time: here and below, the last argument.
ADD_TWEETS = """
    INSERT INTO tweets (id, author_id, content, created_at)
    SELECT new.id, author_id, content, new.created_at
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[])
        AS new (id, author_id, content, created_at)
    JOIN users u ON u.id = author_id AND u.created_at = $5
    RETURNING id
"""

# Likes have no time either, so each gets that of its tweet. Their ids order them.
ADD_LIKES = """
    INSERT INTO likes (tweet_id, user_id, created_at)
    SELECT tweet_id, user_id, t.created_at
    FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS new (tweet_id, user_id, number)
    JOIN tweets t ON t.id = tweet_id JOIN users a ON a.id = t.author_id AND a.created_at = $3
    JOIN users u ON u.id = user_id AND u.created_at = $3
    ORDER BY number ON CONFLICT DO NOTHING RETURNING tweet_id, user_id
"""


async def tweets(found: Sequence[Any], target: Target) -> Batch:
    """Import tweets, however long or empty they are."""
    batch = Batch()
    coming = {}
    for row in found:
        refused = _why_not(row)
        if refused is not None:
            batch.count("tweets", taken=False)
            batch.tell("tweets", row["id"], refused)
            continue
        if row["content"] is None:
            batch.tell("tweets", row["id"], "the text is NULL; imported as empty")
        elif row["size"] > TWEET_MAX_BYTES:
            batch.tell("tweets", row["id"], f"the text is larger than {TWEET_MAX_BYTES} bytes and was cut")
        coming[row["id"]] = row
    done = set(coming)
    if not target.dry_run and coming:
        made = await target.connection.fetch(
            ADD_TWEETS,
            list(coming),
            [row["user_id"] for row in coming.values()],
            [_cut(row["content"] or "") for row in coming.values()],
            [target.time_of(tweet_id) for tweet_id in coming],
            target.first_time,
        )
        done = {row["id"] for row in made}
    for tweet_id in coming:
        batch.count("tweets", taken=tweet_id in done)
        if tweet_id not in done:
            batch.tell("tweets", tweet_id, "its author isn't here, or wasn't imported")
    return batch


async def likes(found: Sequence[Any], target: Target) -> Batch:
    """Import likes; the triggers count them anew."""
    batch = Batch()
    coming = []
    for row in found:
        pair, refused = (row["tweet_id"], row["user_id"]), None
        if row["nth"] > 1:
            refused = "it is in the table twice"
        elif not row["has_tweet"]:
            refused = "its tweet is missing or wasn't imported"
        elif not row["has_user"]:
            refused = "its user is missing"
        if refused is None:
            coming.append(pair)
        else:
            batch.count("likes", taken=False)
            batch.tell("likes", _pair(pair), refused)
    done = set(coming)
    if not target.dry_run and coming:
        tweet_ids, user_ids = zip(*coming, strict=True)
        made = await target.connection.fetch(ADD_LIKES, list(tweet_ids), list(user_ids), target.first_time)
        done = {(row["tweet_id"], row["user_id"]) for row in made}
    for pair in coming:
        batch.count("likes", taken=pair in done)
        if pair not in done:
            batch.tell(
                "likes",
                _pair(pair),
                "it already exists here, or its tweet or user is gone or wasn't imported",
            )
    return batch


def _why_not(row: Any) -> str | None:
    if row["id"] is None or not 1 <= row["id"] <= LARGEST_ID:
        return "the id isn't a positive number that every client can hold"
    if row["nth"] > 1:
        return "the id is in the table twice; the first row was imported"
    return None if row["has_author"] else "its author is missing"


def _cut(text: str) -> str:
    return text.encode()[:TWEET_MAX_BYTES].decode(errors="ignore")


def _pair(pair: tuple[int, int]) -> str:
    return f"tweet {pair[0]}, user {pair[1]}"
