"""Deleting tweets."""

from __future__ import annotations

from typing import NamedTuple

from server.core import audit
from server.core.audit import Act, Actor
from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.errors import NotAuthor, TweetNotFound
from server.core.jobs import Jobs
from server.core.viewer import Viewer
from server.features.media import media
from server.features.media.jobs import REMOVE
from server.features.notifications.told import notifications_of
from server.features.tweets import events
from server.features.tweets.tweet import Tweet
from server.features.visibility.visibility import is_shown, may_see

# Locks the tweet $1, the one that it replies to and the one that it quotes, which count their replies and
# quotes. All who lock several tweets, also to like them, do so in the order of their ids. The tweet itself
# comes last.
LOCK = """
    SELECT id, author_id, in_reply_to_id, (SELECT quoted_id FROM quotes WHERE tweet_id = $1) AS quote_of_id
    FROM tweets WHERE id IN (
        $1, (SELECT in_reply_to_id FROM tweets WHERE id = $1),
        (SELECT quoted_id FROM quotes WHERE tweet_id = $1)
    ) ORDER BY id FOR UPDATE
"""
# Whom a tweet has notified as a reply, by mentioning them, or by quoting them.
NOTIFIED = """
    SELECT user_id FROM mentions WHERE tweet_id = $1
    UNION ALL SELECT in_reply_to_user_id FROM tweets WHERE id = $1 AND in_reply_to_user_id IS NOT NULL
    UNION ALL SELECT t.author_id FROM quotes q JOIN tweets t ON t.id = q.quoted_id WHERE q.tweet_id = $1
"""

# $1 the tweet, $2 the user.
IS_SEEN = f"SELECT {is_shown('t')} AND {may_see('$2', 't')} AS seen FROM tweets t WHERE t.id = $1"


async def delete(viewer: Viewer, tweet_id: int, jobs: Jobs) -> None:
    """Delete the viewer's own tweet (administrators: anyone's) with its likes and pictures.

    Of several concurrent calls, one succeeds.

    Raises:
        TweetNotFound: the tweet does not exist, or no longer does.
        NotAuthor: it is someone else's tweet.
    """
    try:
        deleted = await _delete(viewer, tweet_id)
    except TweetNotFound:
        # The process that deleted it may have died before invalidating the caches.
        await changes.tell([topics.tweet(tweet_id)])
        raise
    forgotten = map(notifications_of, [deleted.author_id, *deleted.notified])
    quoted = [] if deleted.quote_of_id is None else [topics.tweet(deleted.quote_of_id)]
    changed = events.deleted(tweet_id, deleted.author_id, deleted.in_reply_to_id)
    await changes.tell([*changed, *forgotten, *quoted])
    if deleted.pictures:
        await jobs.send(REMOVE, deleted.pictures)


class _Deleted(NamedTuple):
    """A deleted tweet: what it replied to and quoted, its pictures, and the users whom it notified."""

    author_id: int
    in_reply_to_id: int | None
    quote_of_id: int | None
    pictures: list[int]
    notified: list[int]


async def _delete(viewer: Viewer, tweet_id: int) -> _Deleted:
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
        notified = [one["user_id"] for one in await rows(NOTIFIED, tweet_id)]
        removed = await media.detach_all(tweet_id)
        await Tweet.filter(id=tweet_id).delete()
    return _Deleted(author_id, found["in_reply_to_id"], found["quote_of_id"], removed, notified)
