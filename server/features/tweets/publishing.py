"""Publishing tweets: one statement, in one round trip, whatever belongs to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from server.core.database.connection import records
from server.core.database.together import Together
from server.features.timelines.timeline import MEDIA, MediaRow


class NewTweet(NamedTuple):
    """A tweet to be published. The fingerprint is of what the key stands for.

    `day_bytes` is how much text a day takes from one author.
    """

    author_id: int
    content: str
    day_bytes: int
    media_ids: tuple[int, ...] = ()
    key: str | None = None
    fingerprint: bytes | None = None


class Published(NamedTuple):
    """What became of it."""

    id: int
    created_at: datetime
    media: list[MediaRow]


# $1 authors, $2 texts, $3 idempotency keys or null, $4 their fingerprints, $5 how many bytes of text a day of
# UTC takes (sessions are in UTC). No row for one whose key was taken before, nor for any of an author whose
# texts are too much together. Of two with the same key the second waits for the first one's end.
PLAIN = """
    WITH new AS MATERIALIZED (
        SELECT number, author_id, content, key, fingerprint,
            nextval(pg_get_serial_sequence('tweets', 'id')) AS id
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[])
            WITH ORDINALITY AS asked (author_id, content, key, fingerprint, number)
    ), taken AS (
        INSERT INTO upload_days AS d (user_id, day, pictures, bytes, text_bytes)
        SELECT author_id, current_date, 0, 0, bytes FROM (
            SELECT author_id, sum(octet_length(content)) AS bytes FROM new WHERE NOT EXISTS (
                SELECT 1 FROM idempotency_keys k WHERE k.user_id = new.author_id AND k.key = new.key
            ) GROUP BY author_id
        ) AS asked WHERE bytes <= $5::bigint ORDER BY author_id
        ON CONFLICT (user_id, day) DO UPDATE SET text_bytes = d.text_bytes + excluded.text_bytes
        WHERE d.text_bytes + excluded.text_bytes <= $5 RETURNING user_id
    ), claimed AS (
        INSERT INTO idempotency_keys (user_id, key, fingerprint, tweet_id)
        SELECT author_id, key, fingerprint, id FROM new
        WHERE key IS NOT NULL AND author_id IN (SELECT user_id FROM taken)
        ON CONFLICT (user_id, key) DO NOTHING RETURNING tweet_id
    ), tweet AS (
        INSERT INTO tweets (id, author_id, content) SELECT id, author_id, content FROM new
        WHERE author_id IN (SELECT user_id FROM taken)
            AND (key IS NULL OR id IN (SELECT tweet_id FROM claimed)) RETURNING id, created_at
    )
    SELECT new.number, tweet.id, tweet.created_at FROM tweet JOIN new ON new.id = tweet.id
"""

# $1 author, $2 text, $3 pictures in their order, $4 idempotency key or null, $5 its fingerprint, $6 how many
# bytes of text a day takes. All of it or nothing: no row where a picture cannot be attached, the key was
# taken before, or the text is too much. Of two with the same picture the second waits too.
WITH_MEDIA = """
    WITH free AS MATERIALIZED (
        SELECT id, token, state, alt, width, height, thumbhash FROM media_attachments
        WHERE id = ANY($3::bigint[]) AND owner_id = $1 AND tweet_id IS NULL AND state IN ('pending', 'ready')
        ORDER BY id FOR UPDATE
    ), taken AS (
        INSERT INTO upload_days AS d (user_id, day, pictures, bytes, text_bytes)
        SELECT $1, current_date, 0, 0, octet_length($2::text)
        WHERE octet_length($2::text) <= $6::bigint
            AND (SELECT count(*) FROM free) = cardinality($3::bigint[])
            AND NOT EXISTS (SELECT 1 FROM idempotency_keys k WHERE k.user_id = $1 AND k.key = $4::text)
        ON CONFLICT (user_id, day) DO UPDATE SET text_bytes = d.text_bytes + excluded.text_bytes
        WHERE d.text_bytes + excluded.text_bytes <= $6 RETURNING user_id
    ), new AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('tweets', 'id')) AS id FROM taken
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


async def publish(new: NewTweet) -> Published | None:
    """The tweet; None where a picture is not free, the key is taken, or the day has no room for the text."""
    if not new.media_ids:
        return await _plain.do(new)
    found = await records(
        WITH_MEDIA, new.author_id, new.content, new.media_ids, new.key, new.fingerprint, new.day_bytes
    )
    return (
        Published(found[0]["id"], found[0]["created_at"], MEDIA.decode(found[0]["media"])) if found else None
    )


async def _publish_plain(some: Sequence[NewTweet]) -> list[Published | None]:
    done = await _publish_at_once(some)
    authors = Counter(new.author_id for new in some)
    for number, new in enumerate(some):
        if done[number] is None and authors[new.author_id] > 1:
            # Together they may have been too much, or it was the key of another one of them.
            (done[number],) = await _publish_at_once([new])
    return done


async def _publish_at_once(some: Sequence[NewTweet]) -> list[Published | None]:
    found = await records(
        PLAIN,
        [new.author_id for new in some],
        [new.content for new in some],
        [new.key for new in some],
        [new.fingerprint for new in some],
        some[0].day_bytes,  # the same for all
    )
    by_number = {number: Published(tweet_id, created_at, []) for number, tweet_id, created_at in found}
    return [by_number.get(number) for number in range(1, len(some) + 1)]


# The author is locked by the trigger that counts.
_plain = Together(_publish_plain, lambda new: new.author_id)
