"""Previews: one for each address that tweets link to, which workers fetch, and fetch again after a week.

Publishing writes only that a tweet wants a preview. A worker gives it one (`take_some`), fetches those that
are due, and tells who shows them. A preview is deleted with the last tweet that has it, by a trigger; or, if
that tweet was edited, or two tweets were deleted in the same moment, by `sweep`.

All locks are taken in this order: tweets by their ids, what they want, previews by their addresses.
"""

from __future__ import annotations

from datetime import timedelta
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

# A fetch that takes longer than this is another worker's to do.
CLAIM = timedelta(minutes=2)

BATCH, TWEETS = 50, 500

# Which tweets are next. $1 how many.
NEXT = "SELECT tweet_id FROM wanted_previews ORDER BY tweet_id LIMIT $1"
# $1 these tweets, which stay as they are until the transaction ends.
LOCK = "SELECT 1 FROM tweets WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
# Give them their previews. One whose text was removed, to make room, is fetched again. $1 the tweets.
TAKE = f"""
    WITH taken AS (
        DELETE FROM wanted_previews WHERE tweet_id = ANY($1::bigint[]) RETURNING tweet_id, url
    ), known AS (
        INSERT INTO previews AS p (url) SELECT DISTINCT url FROM taken ORDER BY url
        ON CONFLICT (url) DO UPDATE
        SET next_at = CASE WHEN p.next_at = 'infinity' THEN now() ELSE p.next_at END
        RETURNING id, url, title IS NOT NULL AS is_shown
    ), given AS (
        UPDATE tweets t SET preview_id = known.id, version = version + known.is_shown::int
        FROM taken JOIN known USING (url)
        WHERE t.id = taken.tweet_id AND t.visibility < {MENTIONED}
        RETURNING t.id, t.author_id, known.is_shown
    ), told AS (
        INSERT INTO outbox (kind, subject_id, actor_id)
        SELECT 'tweet_edited', id, author_id FROM given WHERE is_shown ORDER BY id
    )
    SELECT id FROM given WHERE is_shown
"""
# $1 how many, $2 for how long.
CLAIMED = """
    UPDATE previews SET claimed_until = now() + $2 WHERE id IN (
        SELECT id FROM previews
        WHERE (next_at <= now() OR told IS NOT NULL) AND coalesce(claimed_until < now(), true)
        ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED
    ) RETURNING id, url, next_at <= now() AS is_due, attempts
"""
# $1 the preview, $2 title, $3 description, $4 site, $5 the picture or null, $6 its type, $7 a token for it,
# $8 width, $9 height, $10 thumbhash, $11 what it shows, $12 until it is fetched again. If anything differs,
# the tweets that show it are told: `told` is the last one that was.
SAVE = """
    UPDATE previews SET title = $2, description = $3, site = $4, picture = $5, picture_type = $6,
        token = CASE WHEN $5::bytea IS NULL THEN NULL WHEN picture = $5 THEN token ELSE $7 END,
        width = $8, height = $9, thumbhash = $10, alt = $11,
        bytes = octet_length(concat(url, $2::text, $3::text, $4::text, $11::text))
            + coalesce(octet_length($5::bytea), 0),
        told = CASE WHEN (title, description, site, picture, alt)
            IS DISTINCT FROM ($2::text, $3::text, $4::text, $5::bytea, $11::text) THEN 0 ELSE told END,
        fetched_at = now(), next_at = now() + $12, attempts = 0
    WHERE id = $1
"""
# $1 the preview, $2 until it is tried again, $3 how often it failed in a row.
PUT_OFF = "UPDATE previews SET next_at = now() + $2, attempts = $3 WHERE id = $1"
EMPTIED = """title = NULL, description = NULL, site = NULL, picture = NULL, picture_type = NULL, token = NULL,
        width = NULL, height = NULL, thumbhash = NULL, alt = NULL, bytes = 0,
        told = CASE WHEN title IS NULL THEN told ELSE 0 END, attempts = 0"""
# $1 the preview, $2 until it is tried again.
EMPTY = f"UPDATE previews SET {EMPTIED}, next_at = now() + $2 WHERE id = $1"
# $1 how many bytes the previews that were fetched last may have. The others keep nothing but their addresses.
MAKE_ROOM = f"""
    WITH kept AS (
        SELECT id, sum(bytes) OVER (ORDER BY fetched_at DESC, id DESC) AS together FROM previews
        WHERE bytes > 0
    )
    UPDATE previews SET {EMPTIED}, next_at = 'infinity'
    WHERE id IN (SELECT id FROM kept WHERE together > $1) RETURNING 1
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
        UPDATE previews SET told = (SELECT max(id) FROM next) WHERE id = $1
    )
    SELECT id FROM next
"""
DONE = "UPDATE previews SET claimed_until = NULL, told = CASE WHEN $2 THEN NULL ELSE told END WHERE id = $1"
SWEEP = """
    DELETE FROM previews p WHERE NOT EXISTS (SELECT 1 FROM tweets WHERE preview_id = p.id)
        AND coalesce(claimed_until < now(), true) RETURNING 1
"""
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
    """A preview to fetch. `is_due` is False if only its tweets are still to be told of a change."""

    id: int
    url: str
    is_due: bool
    attempts: int


class Picture(NamedTuple):
    """The picture of a page, as it is shown."""

    body: bytes
    content_type: str
    token: str
    width: int
    height: int
    thumbhash: str


class Card(NamedTuple):
    """What a page says about itself. `alt` is what its picture shows."""

    title: str
    description: str
    site: str
    alt: str
    picture: Picture | None


async def take_some() -> int:
    """Give previews to tweets that want them; return how many there were."""
    async with transaction():
        wanting = [one["tweet_id"] for one in await rows(NEXT, BATCH)]
        await rows(LOCK, wanting)
        shown = await rows(TAKE, wanting)
    await changes.tell({topics.tweet(one["id"]) for one in shown})
    return len(wanting)


async def claim_some() -> list[Due]:
    """Some of the previews that are due, which nobody else fetches for CLAIM."""
    return [Due(**one) for one in await rows(CLAIMED, BATCH, CLAIM)]


async def save(preview: Due, card: Card) -> None:
    """Keep what a page says about itself."""
    picture = card.picture
    columns = (None,) * 6 if picture is None else tuple(picture)
    body, kind, token, width, height, thumbhash = columns
    said = (card.title, card.description, card.site)
    await rows(SAVE, preview.id, *said, body, kind, token, width, height, thumbhash, card.alt, FRESH)


async def fail(preview: Due, *, is_final: bool) -> None:
    """Note that the page wasn't fetched: it is gone if that is final, and otherwise tried again."""
    if is_final:
        await rows(EMPTY, preview.id, FRESH)
    elif preview.attempts < len(RETRIES):
        await rows(PUT_OFF, preview.id, RETRIES[preview.attempts], preview.attempts + 1)
    else:
        await rows(PUT_OFF, preview.id, FRESH, 0)


async def spread(preview: Due) -> None:
    """Tell everybody who shows the preview that it changed, if it did."""
    while told := [one["id"] for one in await rows(SPREAD, preview.id, TWEETS)]:
        await changes.tell({topics.tweet(tweet_id) for tweet_id in told})
    await rows(DONE, preview.id, True)


async def give_back(preview: Due) -> None:
    """Let other workers go on with it."""
    await rows(DONE, preview.id, False)


async def make_room(max_bytes: int) -> int:
    """Empty the previews that were fetched longest ago, beyond so many bytes; return how many."""
    return len(await rows(MAKE_ROOM, max_bytes))


async def sweep() -> int:
    """Delete previews that no tweet has any more; return how many."""
    return len(await rows(SWEEP))


async def picture(token: str) -> tuple[bytes, str] | None:
    """The bytes and the type of a picture."""
    found = await row(PICTURE, token)
    return None if found is None else (bytes(found["picture"]), str(found["picture_type"]))
