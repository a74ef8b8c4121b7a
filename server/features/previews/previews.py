"""Previews: one for each address that tweets link to, which workers fetch, and fetch again after a week.

Publishing writes only that a tweet wants a preview. A worker gives it one (`take_some`), fetches those that
are due, and announces changes to the tweets that show them. A preview is deleted with the last tweet that has
it, by a trigger; or, if that tweet was edited, or two tweets were deleted in the same moment, by `sweep`.

All locks are taken in this order: tweets by their ids, what they want, previews by their addresses. Whoever
claimed a preview may write to it until the claim ends.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.jobs import Job
from server.features.visibility.visibility import MENTIONED

FETCH = Job("previews.fetch")

# A page is fetched again after so long. If it can't be fetched, it is tried again after each of RETRIES, and
# what is known of it stays; if it says that it is gone, its preview goes.
FRESH = timedelta(days=7)
RETRIES = (timedelta(minutes=1), timedelta(minutes=10))

# After this time, another worker may claim it. One fetch takes a minute at most.
CLAIM, FETCH_TIME = timedelta(minutes=3), timedelta(minutes=1)

BATCH, CLAIMS, TWEETS = 50, 8, 500

# Which tweets are next. $1 how many.
NEXT = "SELECT tweet_id FROM wanted_previews ORDER BY tweet_id LIMIT $1"
# $1 these tweets, which stay as they are until the transaction ends.
LOCK = "SELECT 1 FROM tweets WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
# Give them their previews. One whose text was removed, to make room, is fetched again. $1 the tweets.
TAKE = f"""
    WITH taken AS (
        DELETE FROM wanted_previews WHERE tweet_id = ANY($1::bigint[]) RETURNING tweet_id, url
    ), wanting AS MATERIALIZED (
        SELECT tweet_id, url FROM taken JOIN tweets t ON t.id = tweet_id WHERE t.visibility < {MENTIONED}
    ), known AS (
        INSERT INTO previews AS p (url) SELECT DISTINCT url FROM wanting ORDER BY url
        ON CONFLICT (url) DO UPDATE
        SET next_at = CASE WHEN p.next_at = 'infinity' THEN now() ELSE p.next_at END
        RETURNING id, url, title IS NOT NULL AS is_shown
    ), given AS (
        UPDATE tweets t SET preview_id = known.id, version = version + known.is_shown::int
        FROM wanting JOIN known USING (url) WHERE t.id = wanting.tweet_id
        RETURNING t.id, t.author_id, known.is_shown
    ), told AS (
        INSERT INTO outbox (kind, subject_id, actor_id)
        SELECT 'tweet_edited', id, author_id FROM given WHERE is_shown ORDER BY id
    )
    SELECT id FROM given WHERE is_shown
"""
# $1 how many, $2 for how long, $3 whether to fetch pages; if not, only changes to be announced are claimed.
CLAIMED = """
    WITH due AS MATERIALIZED (
        SELECT id FROM previews
        WHERE (next_at <= now() AND $3 OR told IS NOT NULL) AND coalesce(claimed_until < now(), true)
        ORDER BY told IS NULL, next_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    UPDATE previews SET claimed_until = now() + $2 WHERE id IN (SELECT id FROM due)
    RETURNING id, url, next_at <= now() AND $3 AS is_due, attempts, claimed_until
"""
# $1 the preview, $2 the claim, $3 title, $4 description, $5 site, $6 whether its picture stays as it is; else
# $7 the picture or null, $8 its type, $9 a token for it, $10 width, $11 height, $12 thumbhash, $13 what it
# shows; $14 until it is fetched again, $15 how often it failed in a row. If anything differs, the change is
# to be announced to the tweets that show it: `told` is the last tweet to which it was.
SAVE = """
    WITH new AS MATERIALIZED (
        SELECT id, wanted, picture IS NOT DISTINCT FROM wanted AS is_same,
            CASE WHEN $6 THEN p.alt ELSE $13 END AS says
        FROM previews p
            CROSS JOIN LATERAL (SELECT CASE WHEN $6 THEN p.picture ELSE $7::bytea END AS wanted) w
        WHERE id = $1
    )
    UPDATE previews p SET title = $3, description = $4, site = $5, picture = new.wanted, alt = new.says,
        picture_type = CASE WHEN is_same THEN picture_type ELSE $8 END,
        token = CASE WHEN is_same THEN token ELSE $9 END, width = CASE WHEN is_same THEN width ELSE $10 END,
        height = CASE WHEN is_same THEN height ELSE $11 END,
        thumbhash = CASE WHEN is_same THEN thumbhash ELSE $12 END,
        bytes = octet_length(concat(url, $3::text, $4::text, $5::text, new.says))
            + coalesce(octet_length(new.wanted), 0),
        told = CASE WHEN is_same AND (title, description, site, alt)
            IS NOT DISTINCT FROM ($3::text, $4::text, $5::text, new.says) THEN told ELSE 0 END,
        fetched_at = now(), next_at = now() + $14, attempts = $15
    FROM new WHERE p.id = new.id AND p.claimed_until = $2
"""
# $1 the preview, $2 the claim, $3 until it is tried again, $4 how often it failed in a row.
PUT_OFF = "UPDATE previews SET next_at = now() + $3, attempts = $4 WHERE id = $1 AND claimed_until = $2"
EMPTIED = """title = NULL, description = NULL, site = NULL, picture = NULL, picture_type = NULL, token = NULL,
        width = NULL, height = NULL, thumbhash = NULL, alt = NULL, bytes = 0,
        told = CASE WHEN title IS NULL THEN told ELSE 0 END, attempts = 0"""
# $1 the preview, $2 the claim, $3 until it is tried again.
EMPTY = f"UPDATE previews SET {EMPTIED}, next_at = now() + $3 WHERE id = $1 AND claimed_until = $2"

# $1 how many bytes the previews that were fetched last may have: which ones are beyond.
BEYOND = """
    SELECT id FROM (
        SELECT id, sum(bytes) OVER (ORDER BY fetched_at DESC, id DESC) AS together FROM previews
        WHERE bytes > 0
    ) kept WHERE together > $1
"""
UNUSED = "SELECT id FROM previews p WHERE NOT EXISTS (SELECT 1 FROM tweets WHERE preview_id = p.id)"
# $1 previews.
HOLD = "SELECT 1 FROM previews WHERE id = ANY($1::bigint[]) ORDER BY url FOR UPDATE"
# $1 previews, which keep nothing but their addresses.
CLEAR = f"UPDATE previews SET {EMPTIED}, next_at = 'infinity' WHERE id = ANY($1::bigint[])"
# $1 previews. After `HOLD`, this sees whether somebody has got one of them meanwhile.
DELETE = """
    DELETE FROM previews p WHERE id = ANY($1::bigint[])
        AND NOT EXISTS (SELECT 1 FROM tweets WHERE preview_id = p.id) RETURNING 1
"""

# $1 the preview, $2 how many of the tweets that show it: the next ones. None are left if it returns none.
SPREAD = """
    WITH next AS MATERIALIZED (
        SELECT id FROM tweets
        WHERE preview_id = $1 AND id > (SELECT told FROM previews WHERE id = $1)
        ORDER BY id LIMIT $2 FOR NO KEY UPDATE
    ), changed AS (
        UPDATE tweets SET version = version + 1 WHERE id IN (SELECT id FROM next) RETURNING id, author_id
    ), announced AS (
        INSERT INTO outbox (kind, subject_id, actor_id)
        SELECT 'tweet_edited', id, author_id FROM changed ORDER BY id
    ), moved AS (
        UPDATE previews SET told = (SELECT max(id) FROM next) WHERE id = $1 AND EXISTS (SELECT 1 FROM next)
    )
    SELECT id FROM next
"""
# $1 the preview, $2 the claim. If it changed again meanwhile, that is still to be announced.
DONE = """
    UPDATE previews SET claimed_until = NULL, told = CASE WHEN EXISTS (
        SELECT 1 FROM tweets WHERE preview_id = $1 AND id > told
    ) THEN told END WHERE id = $1 AND claimed_until = $2
"""
# $1 the preview, $2 the claim.
GIVE_BACK = "UPDATE previews SET claimed_until = NULL WHERE id = $1 AND claimed_until = $2"
# $1 the token.
PICTURE = "SELECT picture, picture_type FROM previews WHERE token = $1"

# $1 the tweet, $2 the address that it is to have a preview of, or null, $3 whether new ones are made.
REPLACE = f"""
    WITH has AS (
        SELECT t.id, t.visibility, p.url FROM tweets t LEFT JOIN previews p ON p.id = t.preview_id
        WHERE t.id = $1
    ), gone AS (
        DELETE FROM wanted_previews WHERE tweet_id = $1 AND url IS DISTINCT FROM $2
    ), without AS (
        UPDATE tweets SET preview_id = NULL
        WHERE id = $1 AND preview_id IS NOT NULL AND (SELECT url FROM has) IS DISTINCT FROM $2
    )
    INSERT INTO wanted_previews (tweet_id, url)
    SELECT id, $2 FROM has
    WHERE $2::text IS NOT NULL AND $3 AND url IS DISTINCT FROM $2 AND visibility < {MENTIONED}
    ON CONFLICT (tweet_id) DO UPDATE SET url = excluded.url RETURNING 1
"""


class Due(NamedTuple):
    """A preview that this worker has claimed.

    Attributes:
        is_due: it is to be fetched; otherwise only a change is still to be announced.
        attempts: how often it failed in a row.
    """

    id: int
    url: str
    is_due: bool
    attempts: int
    claimed_until: datetime


class Picture(NamedTuple):
    """The picture of a page, as it is shown."""

    body: bytes
    content_type: str
    token: str
    width: int
    height: int
    thumbhash: str


class Card(NamedTuple):
    """What a page says about itself.

    Attributes:
        alt: what its picture shows.
        keeps_picture: its picture couldn't be had just now: the one that is known stays.
    """

    title: str
    description: str
    site: str
    alt: str
    picture: Picture | None
    keeps_picture: bool = False


async def take_some() -> bool:
    """Give previews to some of the tweets that want them; return whether there were any."""
    async with transaction():
        wanting = [one["tweet_id"] for one in await rows(NEXT, BATCH)]
        await rows(LOCK, wanting)
        shown = await rows(TAKE, wanting)
    await changes.tell({topics.tweet(one["id"]) for one in shown})
    return bool(wanting)


async def claim_some(*, fetches: bool = True) -> list[Due]:
    """Claim some that are due; if no pages are to be fetched, only changes that are still to be announced."""
    return [Due(**one) for one in await rows(CLAIMED, CLAIMS, CLAIM, fetches)]


async def save(preview: Due, card: Card) -> None:
    """Keep what a page says about itself."""
    columns = (None,) * 6 if card.picture is None else tuple(card.picture)
    after, attempts = _next_try(preview) if card.keeps_picture else (FRESH, 0)
    said = (card.title, card.description, card.site, card.keeps_picture)
    await rows(SAVE, preview.id, preview.claimed_until, *said, *columns, card.alt, after, attempts)


async def fail(preview: Due, *, is_final: bool) -> None:
    """Note that the page wasn't fetched: it is gone if that is final, and otherwise tried again."""
    if is_final:
        await rows(EMPTY, preview.id, preview.claimed_until, FRESH)
    else:
        await rows(PUT_OFF, preview.id, preview.claimed_until, *_next_try(preview))


def _next_try(preview: Due) -> tuple[timedelta, int]:
    """When to try again after a failure, and how many there were in a row then."""
    if preview.attempts < len(RETRIES):
        return RETRIES[preview.attempts], preview.attempts + 1
    return FRESH, 0


async def spread(preview: Due) -> None:
    """Announce a change, if there is one, to the tweets that show the preview; then end the claim."""
    while told := [one["id"] for one in await rows(SPREAD, preview.id, TWEETS)]:
        await changes.tell({topics.tweet(tweet_id) for tweet_id in told})
    await rows(DONE, preview.id, preview.claimed_until)


async def give_back(preview: Due) -> None:
    """End the claim, so that another worker can go on."""
    await rows(GIVE_BACK, preview.id, preview.claimed_until)


async def make_room(max_bytes: int) -> int:
    """Empty the previews that were fetched longest ago, beyond so many bytes; return how many."""
    beyond = [one["id"] for one in await rows(BEYOND, max_bytes)]
    if beyond:
        async with transaction():
            await rows(HOLD, beyond)
            await rows(CLEAR, beyond)
    return len(beyond)


async def sweep() -> int:
    """Delete previews that no tweet has any more; return how many."""
    unused = [one["id"] for one in await rows(UNUSED)]
    if not unused:
        return 0
    async with transaction():
        await rows(HOLD, unused)
        return len(await rows(DELETE, unused))


async def picture(token: str) -> tuple[bytes, str] | None:
    """The bytes and the type of a picture."""
    found = await row(PICTURE, token)
    return None if found is None else (bytes(found["picture"]), str(found["picture_type"]))
