"""Publish and delete tweets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.core import audit, text
from server.core.audit import Act, Actor
from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.entities import entities
from server.core.errors import (
    InvalidBody,
    NotAuthor,
    NotFirst,
    RepliesLimited,
    ThreadTooDeep,
    TweetNotFound,
    Unavailable,
)
from server.core.jobs import Jobs
from server.core.limits import quotas
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.hashtags import hashtags
from server.features.media import media
from server.features.media.jobs import REMOVE
from server.features.mentions import mentions
from server.features.notifications import new_tweets
from server.features.replies.rules import WhoMayReply, may_reply
from server.features.timelines.timeline import TweetRow
from server.features.tweets import events, idempotency, publishing
from server.features.tweets.publishing import NewTweet
from server.features.tweets.tweet import Tweet
from server.features.visibility.visibility import Visibility, is_shown, may_see

# In one tweet.
MAX_MEDIA = 4

ANSWERABLE = f"""
    SELECT coalesce(cardinality(t.thread_path), 0) AS depth,
        {may_reply("$2", "coalesce(t.thread_root_id, t.id)")} AS allowed
    FROM tweets t JOIN users a ON a.id = t.author_id
    WHERE t.id = $1 AND NOT a.hidden AND {may_see("$2", "t")}
"""

# Locks the tweet $1 and the tweet that it replies to, whose replies are counted. All who lock several tweets,
# also to like them, do so in the order of their ids. The tweet itself comes last.
LOCK = """
    SELECT id, author_id, in_reply_to_id FROM tweets
    WHERE id IN ($1, (SELECT in_reply_to_id FROM tweets WHERE id = $1)) ORDER BY id FOR UPDATE
"""
# $1 the tweet, $2 the user.
IS_SEEN = f"SELECT {is_shown('t')} AND {may_see('$2', 't')} AS seen FROM tweets t WHERE t.id = $1"


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
    jobs: Jobs,
    max_length: int,
    day_bytes: int,
    in_reply_to_id: int | None = None,
    visibility: Visibility | None = None,
    who_may_reply: WhoMayReply = WhoMayReply.EVERYONE,
    key: str | None = None,
) -> Published:
    """Publish a tweet; if `key` is given, only once for that key.

    Args:
        in_reply_to_id: the tweet that it replies to.
        visibility: who may see it; None for what the viewer has chosen as default. A reply gets the narrower
            level of this and of the tweet that it replies to.
        who_may_reply: in the thread that it begins.
        max_length: the maximum length in characters as people count them.
        day_bytes: how many bytes of text one user may publish per day.

    Raises:
        IdempotencyKeyReused: the key stands for another tweet.
        QuotaExceeded: the text exceeds the day's limit.
        InvalidBody: the tweet has neither text nor picture, is too long or large, can't be stored, or has too
            many pictures, mentions or hashtags, or the same picture twice.
        TweetNotFound: the tweet that it replies to doesn't exist.
        ThreadTooDeep: that tweet can't be replied to any more.
        RepliesLimited: the author of its thread lets others reply.
        NotFirst: it is a reply, and says who may reply.
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
    rule = None if who_may_reply is WhoMayReply.EVERYONE else who_may_reply
    if rule is not None and in_reply_to_id is not None:
        raise NotFirst
    found = entities(content)
    mentioned, tagged = mentions.handles(found), hashtags.hashtags(found)
    if len(mentioned) > mentions.MAX_MENTIONS:
        raise InvalidBody(
            f"tweet_data mentions {len(mentioned)} people; at most {mentions.MAX_MENTIONS} are allowed."
        )
    if len(tagged) > hashtags.MAX_HASHTAGS:
        raise InvalidBody(
            f"tweet_data has {len(tagged)} hashtags; at most {hashtags.MAX_HASHTAGS} are allowed."
        )
    fingerprint = (
        idempotency.fingerprint(content, media_ids, in_reply_to_id, visibility, rule)
        if key is not None
        else None
    )
    new = None
    named = (*media_ids, in_reply_to_id or 0)
    if all(abs(number) <= NEWEST for number in named):  # larger numbers can't be ids
        new = await publishing.publish(
            NewTweet(
                viewer.id,
                content,
                day_bytes,
                in_reply_to_id,
                tuple(media_ids),
                tuple(tagged),
                tuple(mentioned),
                key,
                fingerprint,
                visibility,
                rule,
            )
        )
    if new is None:
        if key is not None and fingerprint is not None:
            earlier = await idempotency.earlier(viewer, key, fingerprint)
            if earlier is not None:
                # The process that published it may have died before invalidating the caches.
                await changes.tell(events.published(earlier, viewer.id, in_reply_to_id))
                return Published(earlier, None)
        if in_reply_to_id is not None:
            await _ensure_answerable(viewer, in_reply_to_id)
        await media.ensure_attachable(viewer, media_ids)
        await quotas.ensure_room_for_text(viewer.id, content, day_bytes)
        raise Unavailable  # the obstacle has disappeared in the meantime
    await changes.tell(events.published(new.id, viewer.id, in_reply_to_id))
    if new.notifies:
        await jobs.send(new_tweets.NOTIFY)
    shown = TweetRow(
        id=new.id,
        content=content,
        created_at=new.created_at,
        likes_count=0,
        version=1,
        author_id=viewer.id,
        author_name=viewer.name,
        author_handle=viewer.handle,
        media=new.media,
        likers=[],
        in_reply_to_id=in_reply_to_id,
        in_reply_to_user=new.in_reply_to_user,
        thread_root_id=new.thread_root_id,
        mentions=new.mentions,
        visibility=new.visibility,
    )
    return Published(new.id, shown)


async def _ensure_answerable(viewer: Viewer, tweet_id: int) -> None:
    found = await row(ANSWERABLE, tweet_id, viewer.id) if abs(tweet_id) <= NEWEST else None
    if found is None:
        raise TweetNotFound("The tweet that you reply to doesn't exist.")
    if not found["allowed"]:
        raise RepliesLimited
    if found["depth"] >= publishing.DEEPEST:
        raise ThreadTooDeep


async def delete(viewer: Viewer, tweet_id: int, jobs: Jobs) -> None:
    """Delete the viewer's own tweet (administrators: anyone's) with its likes and pictures.

    Of several concurrent calls, one succeeds.

    Raises:
        TweetNotFound: the tweet does not exist, or no longer does.
        NotAuthor: it is someone else's tweet.
    """
    try:
        author_id, in_reply_to_id, removed = await _delete(viewer, tweet_id)
    except TweetNotFound:
        # The process that deleted it may have died before invalidating the caches.
        await changes.tell([topics.tweet(tweet_id)])
        raise
    await changes.tell(events.deleted(tweet_id, author_id, in_reply_to_id))
    if removed:
        await jobs.send(REMOVE, removed)


async def _delete(viewer: Viewer, tweet_id: int) -> tuple[int, int | None, list[int]]:
    """Delete the tweet; return the ids of its author, of the tweet replied to, and of its pictures."""
    async with transaction():
        locked = await rows(LOCK, tweet_id)
        found = locked[-1] if locked and locked[-1]["id"] == tweet_id else None
        if found is None:
            raise TweetNotFound
        author_id = int(found["author_id"])
        if author_id != viewer.id:
            if "admin" not in viewer.scopes:
                seen = await row(IS_SEEN, tweet_id, viewer.id)
                raise NotAuthor if seen and seen["seen"] else TweetNotFound
            await audit.record(Actor.of(viewer), Act.TWEET_DELETED, user_id=author_id, subject_id=tweet_id)
        removed = await media.detach_all(tweet_id)
        await Tweet.filter(id=tweet_id).delete()
    return author_id, found["in_reply_to_id"], removed
