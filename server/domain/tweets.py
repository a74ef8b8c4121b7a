"""Tweets: published and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain import idempotency, media, text
from server.domain.errors import InvalidBody, NotAuthor, TweetNotFound
from server.domain.jobs import Jobs
from server.domain.viewer import Viewer
from server.models.connection import row, rows, transaction

MAX_MEDIA = 4  # pictures in one tweet


@dataclass(frozen=True, slots=True)
class Published:
    """The id of a tweet that is published, and whether an earlier request with the same key did it."""

    tweet_id: int
    replayed: bool = False


async def publish(
    viewer: Viewer, content: str, media_ids: Sequence[int], *, max_length: int, key: str | None = None
) -> Published:
    """Publish a tweet, once for each `key` where one is given.

    Raises:
        IdempotencyKeyReused: the key stands for another tweet.
        InvalidBody: no text and no picture, too long, not storable, too many pictures, or one twice.
        MediaNotFound, MediaInUse, BrokenPicture: a picture cannot be attached.
    """
    text.bounded("tweet_data", content, max_length)
    if not content.strip() and not media_ids:
        raise InvalidBody("A tweet needs text or a picture.")
    if len(media_ids) > MAX_MEDIA:
        raise InvalidBody(
            f"tweet_media_ids names {len(media_ids)} pictures; at most {MAX_MEDIA} are allowed."
        )
    if len(set(media_ids)) != len(media_ids):
        raise InvalidBody("tweet_media_ids names the same picture twice.")
    insert = "INSERT INTO tweets (author_id, content) VALUES ($1, $2) RETURNING id"
    if not media_ids and key is None:
        return Published(int((await rows(insert, viewer.id, content))[0]["id"]))
    async with transaction():
        if key is not None:
            earlier = await idempotency.claim(viewer, key, idempotency.fingerprint(content, media_ids))
            if earlier is not None:
                return Published(earlier, replayed=True)
        if media_ids:
            await media.lock_attachable(viewer, media_ids)
        tweet_id = int((await rows(insert, viewer.id, content))[0]["id"])
        if media_ids:
            await media.attach(tweet_id, media_ids)
        if key is not None:
            await idempotency.settle(viewer, key, tweet_id)
    return Published(tweet_id)


async def delete(viewer: Viewer, tweet_id: int, jobs: Jobs) -> None:
    """Delete one's own tweet with its likes and pictures. Of several at once, one succeeds.

    Raises:
        TweetNotFound: there is none, or no more.
        NotAuthor: it is another's.
    """
    async with transaction():
        found = await row("SELECT author_id FROM tweets WHERE id = $1 FOR UPDATE", tweet_id)
        if found is None:
            raise TweetNotFound
        if found["author_id"] != viewer.id:
            raise NotAuthor
        removed = await media.detach_all(tweet_id)
        await rows("DELETE FROM tweets WHERE id = $1 RETURNING id", tweet_id)
    if removed:
        await jobs.remove_pictures(removed)
