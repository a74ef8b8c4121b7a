"""Publish and delete tweets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.core import audit, text
from server.core.audit import Act, Actor
from server.core.cache import changes, topics
from server.core.database.connection import row, transaction
from server.core.errors import InvalidBody, NotAuthor, TweetNotFound, Unavailable
from server.core.jobs import Jobs
from server.core.limits import quotas
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.media import media
from server.features.media.jobs import REMOVE
from server.features.timelines.timeline import TweetRow
from server.features.tweets import events, idempotency, publishing
from server.features.tweets.publishing import NewTweet
from server.features.tweets.tweet import Tweet

MAX_MEDIA = 4  # pictures in one tweet


@dataclass(frozen=True, slots=True)
class Published:
    """A published tweet. `shown` is None if an earlier request with the same key published it."""

    tweet_id: int
    shown: TweetRow | None


async def publish(
    viewer: Viewer,
    content: str,
    media_ids: Sequence[int],
    *,
    max_length: int,
    day_bytes: int,
    key: str | None = None,
) -> Published:
    """Publish a tweet; if `key` is given, only once for that key.

    Args:
        max_length: the maximum length in characters as people count them.
        day_bytes: how many bytes of text one user may publish per day.

    Raises:
        IdempotencyKeyReused: the key stands for another tweet.
        QuotaExceeded: the text exceeds the day's limit.
        InvalidBody: the tweet has neither text nor picture, is too long or large, can't be stored, or has too
            many pictures or the same one twice.
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
    fingerprint = idempotency.fingerprint(content, media_ids) if key is not None else None
    new = None
    if all(abs(media_id) <= NEWEST for media_id in media_ids):  # larger numbers can't be ids
        new = await publishing.publish(
            NewTweet(viewer.id, content, day_bytes, tuple(media_ids), key, fingerprint)
        )
    if new is None:
        if key is not None and fingerprint is not None:
            earlier = await idempotency.earlier(viewer, key, fingerprint)
            if earlier is not None:
                # The process that published it may have died before invalidating the caches.
                await changes.tell(events.published(earlier, viewer.id))
                return Published(earlier, None)
        await media.ensure_attachable(viewer, media_ids)
        await quotas.ensure_room_for_text(viewer.id, content, day_bytes)
        raise Unavailable  # the obstacle has disappeared in the meantime
    await changes.tell(events.published(new.id, viewer.id))
    shown = TweetRow(
        new.id, content, new.created_at, 0, 1, viewer.id, viewer.name, viewer.handle, new.media, []
    )
    return Published(new.id, shown)


async def delete(viewer: Viewer, tweet_id: int, jobs: Jobs) -> None:
    """Delete the viewer's own tweet (administrators: anyone's) with its likes and pictures.

    Of several concurrent calls, one succeeds.

    Raises:
        TweetNotFound: the tweet does not exist, or no longer does.
        NotAuthor: it is someone else's tweet.
    """
    try:
        author_id, removed = await _delete(viewer, tweet_id)
    except TweetNotFound:
        # The process that deleted it may have died before invalidating the caches.
        await changes.tell([topics.tweet(tweet_id)])
        raise
    await changes.tell(events.deleted(tweet_id, author_id))
    if removed:
        await jobs.send(REMOVE, removed)


async def _delete(viewer: Viewer, tweet_id: int) -> tuple[int, list[int]]:
    """Delete the tweet; return its author's and its pictures' ids."""
    async with transaction():
        found = await row("SELECT author_id, hidden FROM tweets WHERE id = $1 FOR UPDATE", tweet_id)
        if found is None:
            raise TweetNotFound
        author_id = int(found["author_id"])
        if author_id != viewer.id:
            if "admin" not in viewer.scopes:
                raise TweetNotFound if found["hidden"] else NotAuthor
            await audit.record(Actor.of(viewer), Act.TWEET_DELETED, user_id=author_id, subject_id=tweet_id)
        removed = await media.detach_all(tweet_id)
        await Tweet.filter(id=tweet_id).delete()
    return author_id, removed
