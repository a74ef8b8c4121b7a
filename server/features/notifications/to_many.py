"""Notifications about a tweet that very many people may get.

The act itself only notes that there is somebody to notify (`NOTE`), and workers do it in batches, each in one
transaction with how far it has come: killed at any point, nobody is notified twice or left out. New tweets
are a case of their own (`new_tweets.py`, which also removes what was notified of deleted tweets).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.jobs import Job
from server.features.notifications.told import notifications_of

NOTIFY = Job("notifications.to_many")

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class ToMany:
    """A kind of notification about a tweet; its feature declares it. Its actor is the tweet's author.

    Attributes:
        kind: the kind, of `notifications.NotificationKind`.
        people: SQL that gives the users to notify, as `user_id`, in the order of their ids: $1 the tweet,
            $2 the last user who was notified, $3 how many at most.
        again_after: how long after a notification the same user can be notified of the same tweet again; None
            for never.
    """

    kind: str
    people: str
    again_after: timedelta | None = None


# $1 the tweet, $2 the kind.
NOTE = """
    INSERT INTO notices (tweet_id, kind) VALUES ($1, $2)
    ON CONFLICT (tweet_id, kind) DO UPDATE SET notified_up_to = 0
"""

# The notice that has come least far, by the id of the last user notified, so that a popular author's tweet
# doesn't delay the others.
NEXT = """
    SELECT n.tweet_id, n.kind, n.notified_up_to, t.author_id, coalesce(t.thread_root_id, t.id) AS root
    FROM notices n JOIN tweets t ON t.id = n.tweet_id
    ORDER BY n.notified_up_to, n.tweet_id, n.kind LIMIT 1 FOR UPDATE OF n SKIP LOCKED
"""
# $1 the tweet, $2 the kind, $3 users, $4 how old a notification must be to be replaced.
FORGET = """
    DELETE FROM notifications WHERE kind = $2 AND coalesce(tweet_id, 0) = $1
        AND user_id = ANY($3::bigint[]) AND created_at < now() - $4::interval RETURNING 1
"""
# $1 the tweet, $2 the kind, $3 its author, $4 the first tweet of its thread, $5 users. Whoever doesn't want
# to hear of the author or the conversation is passed over.
ADD = """
    INSERT INTO notifications (user_id, kind, actor_id, tweet_id)
    SELECT asked.id, $2, $3, $1 FROM unnest($5::bigint[]) AS asked (id)
    WHERE NOT EXISTS (
        SELECT 1 FROM relations WHERE user_id = asked.id AND other_id = $3
            AND (blocking OR blocked_by OR notifications_muted AND coalesce(muted_until > now(), true))
    ) AND NOT EXISTS (
        SELECT 1 FROM muted_threads WHERE user_id = asked.id AND root_id = $4
    ) ORDER BY asked.id ON CONFLICT DO NOTHING RETURNING user_id
"""
# $1 the tweet, $2 the kind, $3 the last user who was notified.
MOVE = "UPDATE notices SET notified_up_to = $3 WHERE tweet_id = $1 AND kind = $2"
# $1 the tweet, $2 the kind.
DONE = "DELETE FROM notices WHERE tweet_id = $1 AND kind = $2"


async def notify_some(kinds: Mapping[str, ToMany]) -> bool:
    """Notify a batch; return whether anybody may be left.

    Args:
        kinds: all of them, by their names.
    """
    async with transaction():
        note = await row(NEXT)
        if note is None:
            return False
        tweet_id, kind = note["tweet_id"], kinds[note["kind"]]
        found = await rows(kind.people, tweet_id, note["notified_up_to"], BATCH)
        users = [one["user_id"] for one in found]
        if kind.again_after is not None:
            await rows(FORGET, tweet_id, kind.kind, users, kind.again_after)
        notified = await rows(ADD, tweet_id, kind.kind, note["author_id"], note["root"], users)
        if len(users) == BATCH:
            await rows(MOVE, tweet_id, kind.kind, users[-1])
        else:
            await rows(DONE, tweet_id, kind.kind)
    await changes.tell({notifications_of(one["user_id"]) for one in notified})
    return True
