"""Publishing a tweet: one statement, in one round trip, whatever belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from server.models.connection import records
from server.models.timeline import MEDIA, MediaRow

# $1 author, $2 text.
PLAIN = "INSERT INTO tweets (author_id, content) VALUES ($1, $2) RETURNING id, created_at, NULL AS media"

# $3 pictures in their order, $4 idempotency key or null, $5 its fingerprint. All of it or nothing: no row
# where a picture cannot be attached, or the key was taken before. Of two with the same key or picture the
# second waits for the first one's end.
WHOLE = """
    WITH free AS MATERIALIZED (
        SELECT id, token, state, alt, width, height, thumbhash FROM media_attachments
        WHERE id = ANY($3::bigint[]) AND owner_id = $1 AND tweet_id IS NULL AND state IN ('pending', 'ready')
        ORDER BY id FOR UPDATE
    ), new AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('tweets', 'id')) AS id
        WHERE (SELECT count(*) FROM free) = cardinality($3::bigint[])
    ), claimed AS (
        INSERT INTO idempotency_keys (user_id, key, fingerprint, tweet_id)
        SELECT $1, $4::text, $5, id FROM new WHERE $4::text IS NOT NULL
        ON CONFLICT (user_id, key) DO NOTHING RETURNING tweet_id
    ), tweet AS (
        INSERT INTO tweets (id, author_id, content) SELECT id, $1, $2 FROM new
        WHERE $4::text IS NULL OR id IN (SELECT tweet_id FROM claimed) RETURNING id, created_at
    ), attached AS (
        UPDATE media_attachments m SET tweet_id = tweet.id, position = o.position, changed_at = now()
        FROM tweet, unnest($3::bigint[]) WITH ORDINALITY AS o (id, position) WHERE m.id = o.id
    )
    SELECT id, created_at, (
        SELECT jsonb_agg(to_jsonb(free) ORDER BY array_position($3::bigint[], free.id)) FROM free
    ) AS media
    FROM tweet
"""


class NewTweet(NamedTuple):
    """What became of it."""

    id: int
    created_at: datetime
    media: list[MediaRow]


async def insert(
    author_id: int, content: str, media_ids: Sequence[int], key: str | None, fingerprint: bytes | None
) -> NewTweet | None:
    """The tweet; None where nothing was done, as a picture is not free or the key is taken."""
    if media_ids or key is not None:
        found = await records(WHOLE, author_id, content, media_ids, key, fingerprint)
    else:
        found = await records(PLAIN, author_id, content)
    if not found:
        return None
    tweet_id, created_at, media = found[0]
    return NewTweet(tweet_id, created_at, MEDIA.decode(media) if media else [])
