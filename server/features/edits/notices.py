"""Notifications of edits, for those who reposted the tweet.

There may be very many. So an edit only notes that there is somebody to notify, and workers do it in batches,
each in one transaction with how far it has come, as with new tweets
(`server.features.notifications.new_tweets`, which also removes those of deleted tweets). A tweet's reposters
are notified of its edits at most once in `QUIET_FOR`.
"""

from __future__ import annotations

from datetime import timedelta

from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.jobs import Job
from server.features.notifications.told import notifications_of

# Notify those who reposted edited tweets.
NOTIFY = Job("notifications.edits")

BATCH = 1_000
QUIET_FOR = timedelta(hours=1)

# $1 the tweet.
NOTE = """
    INSERT INTO edits_to_notify_of (tweet_id) SELECT $1
    WHERE EXISTS (SELECT 1 FROM reposts WHERE tweet_id = $1)
    ON CONFLICT (tweet_id) DO UPDATE SET notified_up_to = 0 RETURNING 1
"""

# $1 how many. The next of those who reposted the tweet with the fewest notified so far.
NEXT = """
    WITH note AS MATERIALIZED (
        SELECT n.tweet_id, n.notified_up_to, t.author_id, coalesce(t.thread_root_id, t.id) AS root
        FROM edits_to_notify_of n JOIN tweets t ON t.id = n.tweet_id
        ORDER BY n.notified_up_to, n.tweet_id LIMIT 1 FOR UPDATE OF n SKIP LOCKED
    )
    SELECT note.*, ARRAY(
        SELECT user_id FROM reposts
        WHERE tweet_id = note.tweet_id AND user_id > note.notified_up_to AND user_id <> note.author_id
        ORDER BY user_id LIMIT $1
    ) AS users FROM note
"""
# $1 the tweet, $2 users, $3 before when they were notified.
FORGET = """
    DELETE FROM notifications WHERE id IN (
        SELECT id FROM notifications WHERE kind = 'edit' AND tweet_id = $1
            AND user_id = ANY($2::bigint[]) AND created_at < now() - $3::interval ORDER BY user_id
    ) RETURNING 1
"""
# $1 the tweet, $2 its author, $3 the first tweet of its thread, $4 users. Whoever doesn't want to hear of its
# author or its conversation is passed over.
ADD = """
    INSERT INTO notifications (user_id, kind, actor_id, tweet_id)
    SELECT asked.id, 'edit', $2, $1 FROM unnest($4::bigint[]) AS asked (id)
    WHERE NOT EXISTS (
        SELECT 1 FROM relations WHERE user_id = asked.id AND other_id = $2
            AND (blocking OR blocked_by OR notifications_muted AND coalesce(muted_until > now(), true))
    ) AND NOT EXISTS (
        SELECT 1 FROM muted_threads WHERE user_id = asked.id AND root_id = $3
    ) ORDER BY asked.id ON CONFLICT DO NOTHING RETURNING user_id
"""
# $1 the tweet, $2 up to whom they have been notified.
MOVE = "UPDATE edits_to_notify_of SET notified_up_to = $2 WHERE tweet_id = $1"
# $1 the tweet.
DONE = "DELETE FROM edits_to_notify_of WHERE tweet_id = $1"


async def notify_some() -> bool:
    """Notify a batch; return whether anybody may be left."""
    async with transaction():
        found = await row(NEXT, BATCH)
        if found is None:
            return False
        tweet_id, users = found["tweet_id"], found["users"]
        await rows(FORGET, tweet_id, users, QUIET_FOR)
        notified = await rows(ADD, tweet_id, found["author_id"], found["root"], users)
        if len(users) == BATCH:
            await rows(MOVE, tweet_id, users[-1])
        else:
            await rows(DONE, tweet_id)
    await changes.tell({notifications_of(one["user_id"]) for one in notified})
    return True
