"""Publishing tweets with everything that belongs to them, in one statement and one round trip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from server.core.database.connection import records
from server.core.database.together import Together
from server.features.timelines.timeline import MEDIA, MediaRow


class NewTweet(NamedTuple):
    """A tweet to be published. The fingerprint identifies what the idempotency key stands for.

    `day_bytes` is how many bytes of text one author may publish per day.
    """

    author_id: int
    content: str
    day_bytes: int
    media_ids: tuple[int, ...] = ()
    key: str | None = None
    fingerprint: bytes | None = None


class Published(NamedTuple):
    """The result of publishing a tweet."""

    id: int
    created_at: datetime
    media: list[MediaRow]


# Publishes some tweets: $1 authors, $2 texts, $3 idempotency keys or null, $4 their fingerprints, $5 how many
# bytes of text a day of UTC takes (sessions are in UTC). A tweet gets no row if its key was taken before, or
# if its author's texts together are too much for the day. Of two statements with the same key, the second
# waits for the first.
_STATEMENT = """
    WITH {free} new AS MATERIALIZED (
        SELECT *, nextval(pg_get_serial_sequence('tweets', 'id')) AS id FROM {asked}
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
    ) {attached}
    SELECT new.number, tweet.id, tweet.created_at, {media} AS media FROM tweet JOIN new ON new.id = tweet.id
"""

_ASKED = """unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[])
    WITH ORDINALITY AS asked (author_id, content, key, fingerprint, number)"""

PLAIN = _STATEMENT.format(free="", asked=_ASKED, attached="", media="NULL")

# The same for tweets with pictures. Each picture has the number of its tweet (from 1) and its place there: $6
# tweets, $7 pictures, $8 places; it is in one of the tweets at most. A tweet gets no row if one of its
# pictures can't be attached. Of two statements with the same picture, the second waits for the first. As the
# statement for all tweets, this would take 0.07 ms longer than the 0.6 ms of plain ones.
WITH_PICTURES = _STATEMENT.format(
    free=f"""asked AS MATERIALIZED (
        SELECT * FROM {_ASKED}
    ), free AS MATERIALIZED (
        SELECT wanted.number, wanted.position, m.id, m.token, m.state, m.alt, m.width, m.height, m.thumbhash
        FROM unnest($6::bigint[], $7::bigint[], $8::smallint[]) AS wanted (number, id, position)
            JOIN asked ON asked.number = wanted.number JOIN media_attachments m ON m.id = wanted.id
        WHERE m.owner_id = asked.author_id AND m.tweet_id IS NULL AND m.state IN ('pending', 'ready')
        ORDER BY m.id FOR UPDATE OF m
    ), """,
    asked="""asked WHERE (SELECT count(*) FROM free WHERE free.number = asked.number) =
        (SELECT count(*) FROM unnest($6) AS wanted (number) WHERE wanted.number = asked.number)""",
    attached=""", attached AS (
        UPDATE media_attachments m SET tweet_id = tweet.id, position = free.position, changed_at = now()
        FROM free JOIN new ON new.number = free.number JOIN tweet ON tweet.id = new.id WHERE m.id = free.id
    )""",
    media="""(
        SELECT jsonb_agg(to_jsonb(free) ORDER BY free.position) FROM free WHERE free.number = new.number
    )""",
)


async def publish(new: NewTweet) -> Published | None:
    """Publish it; None if a picture isn't free, the key is taken, or the text exceeds the day's limit."""
    if not new.media_ids:
        return await _plain.do(new)
    (published,) = await _publish([new])
    return published


async def _publish_plain(some: Sequence[NewTweet]) -> list[Published | None]:
    done = await _publish(some)
    authors = Counter(new.author_id for new in some)
    for number, new in enumerate(some):
        if done[number] is None and authors[new.author_id] > 1:
            # Together they may have exceeded the day's limit, or another one of them had the same key.
            (done[number],) = await _publish([new])
    return done


async def _publish(some: Sequence[NewTweet]) -> list[Published | None]:
    values: list[object] = [
        [new.author_id for new in some],
        [new.content for new in some],
        [new.key for new in some],
        [new.fingerprint for new in some],
        some[0].day_bytes,  # the same for all
    ]
    pictures = [
        (number, media_id, position)
        for number, new in enumerate(some, 1)
        for position, media_id in enumerate(new.media_ids, 1)
    ]
    if pictures:
        found = await records(WITH_PICTURES, *values, *map(list, zip(*pictures, strict=True)))
    else:
        found = await records(PLAIN, *values)
    by_number = {
        tweet["number"]: Published(
            tweet["id"], tweet["created_at"], MEDIA.decode(tweet["media"]) if tweet["media"] else []
        )
        for tweet in found
    }
    return [by_number.get(number) for number in range(1, len(some) + 1)]


# The trigger that counts locks the author.
_plain = Together(_publish_plain, lambda new: new.author_id)
