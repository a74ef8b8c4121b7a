"""Earlier versions of a tweet. Anyone who can see the tweet can read them; its author can delete them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from server.core.database.connection import row, rows, transaction
from server.core.errors import NotAuthor, TweetNotFound, VersionNotFound
from server.core.jobs import Jobs
from server.core.paging import Page
from server.core.viewer import Viewer
from server.features.media.jobs import REMOVE
from server.features.people import people
from server.features.timelines.timeline import MEDIA, MediaRow

# The most earlier versions that one tweet keeps.
MOST = 100

# The ids and descriptions of the pictures of a tweet `t`.
MEDIA_OF_TWEET = """
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'alt', alt) ORDER BY position), '[]')
    FROM media_attachments WHERE tweet_id = t.id AND position IS NOT NULL
"""

# $1 the tweet, as it is now. No row if it has too many versions.
KEEP = f"""
    INSERT INTO tweet_versions (tweet_id, author_id, content, warning, sensitive, media, written_at)
    SELECT id, author_id, content, warning, sensitive, ({MEDIA_OF_TWEET}), coalesce(edited_at, created_at)
    FROM tweets t
    WHERE id = $1 AND (SELECT count(*) FROM tweet_versions WHERE tweet_id = $1) < {MOST} RETURNING 1
"""

# $1 the tweet: the pictures of all its versions.
PICTURES = "SELECT id FROM media_attachments WHERE tweet_id = $1"

# $1 the tweet, $2 the cursor, $3 how many.
READ = """
    SELECT v.id, v.content, v.warning, v.sensitive, v.written_at, (
        SELECT jsonb_agg(to_jsonb(m) || jsonb_build_object('alt', shown.alt) ORDER BY shown.number)
        FROM ROWS FROM (jsonb_to_recordset(v.media) AS (id bigint, alt text))
            WITH ORDINALITY AS shown (id, alt, number)
            JOIN LATERAL (
                SELECT id, token, state, width, height, thumbhash, focus FROM media_attachments
                WHERE id = shown.id AND tweet_id = v.tweet_id
            ) m ON true
    )::text AS media
    FROM tweet_versions v WHERE v.tweet_id = $1 AND v.id < $2 ORDER BY v.id DESC LIMIT $3
"""

# $1 the tweet, $2 the version. The tweet stays until the transaction ends, and so do its versions.
LOCK = """
    SELECT author_id, EXISTS (SELECT 1 FROM tweet_versions WHERE tweet_id = $1 AND id = $2) AS has_version
    FROM tweets WHERE id = $1 FOR NO KEY UPDATE
"""
# $1 the tweet, $2 the version.
DELETE = "DELETE FROM tweet_versions WHERE tweet_id = $1 AND id = $2 RETURNING 1"
# $1 the tweet: its pictures that no version shows any more. Returns their ids.
DETACH = """
    UPDATE media_attachments m SET tweet_id = NULL, position = 0, state = 'removed', changed_at = now()
    WHERE m.tweet_id = $1 AND m.position IS NULL AND NOT EXISTS (
        SELECT 1 FROM tweet_versions v
        WHERE v.tweet_id = $1 AND v.media @> jsonb_build_array(jsonb_build_object('id', m.id))
    ) RETURNING m.id
"""


class Picture(msgspec.Struct, frozen=True):
    """A picture of a version, with its description there."""

    id: int
    alt: str


PICTURES_JSON = msgspec.json.Decoder(list[Picture])


class Version(NamedTuple):
    """What a tweet said from `written_at` on, until the next version."""

    id: int
    content: str
    warning: str | None
    sensitive: bool
    media: list[MediaRow]
    written_at: datetime


def pictures(found: str) -> list[Picture]:
    """Pictures from a column like `MEDIA_OF_TWEET`, as text."""
    return PICTURES_JSON.decode(found)


async def of_tweet(viewer: Viewer, tweet_id: int, *, limit: int, before: int) -> Page[Version]:
    """A page of the earlier versions, the newest first.

    Raises:
        TweetNotFound: there is no such tweet.
    """
    if not await people.is_tweet_shown(tweet_id, viewer.id):
        raise TweetNotFound
    found = [_version(one) for one in await rows(READ, tweet_id, before, limit + 1)]
    items = found[:limit]
    return Page(items, items[-1].id if len(found) > limit and items else None)


async def delete(viewer: Viewer, tweet_id: int, version_id: int, jobs: Jobs) -> None:
    """Delete an earlier version of the viewer's own tweet, with the pictures that only it shows.

    Raises:
        TweetNotFound: there is no such tweet.
        NotAuthor: somebody else wrote it.
        VersionNotFound: it has no such version.
    """
    if not await people.is_tweet_shown(tweet_id, viewer.id):
        raise TweetNotFound
    async with transaction():
        locked = await row(LOCK, tweet_id, version_id)
        if locked is None:
            raise TweetNotFound
        if not locked["has_version"]:
            raise VersionNotFound
        if locked["author_id"] != viewer.id:
            raise NotAuthor
        if await row(DELETE, tweet_id, version_id) is None:  # at the same moment by another request
            raise VersionNotFound
        removed = [one["id"] for one in await rows(DETACH, tweet_id)]
    if removed:
        await jobs.send(REMOVE, removed)


def _version(found: Any) -> Version:
    media = MEDIA.decode(found["media"]) if found["media"] else []
    return Version(
        found["id"], found["content"], found["warning"], found["sensitive"], media, found["written_at"]
    )
