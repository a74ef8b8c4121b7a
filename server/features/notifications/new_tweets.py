"""Notifications of new tweets, for those followers of the author who asked for them.

A follower count has no bound. So the statement that publishes a tweet only notes that there is somebody to
notify, and workers do it in batches (`notify_some`), each in one transaction with how far it has come: killed
at any point, nobody is notified twice or left out. When such a tweet is deleted, workers
remove its notifications in the same way, including those of edits and of its poll (`to_many.py`).
"""

from __future__ import annotations

from server.core.cache import changes
from server.core.database.connection import row
from server.core.errors import NotFollowed
from server.core.jobs import Job
from server.core.viewer import Viewer
from server.features.follows import events as follows
from server.features.notifications.told import notifications_of
from server.features.people import accounts
from server.features.visibility.visibility import MENTIONED

# Notify followers of new tweets, and remove notifications of deleted ones.
NOTIFY = Job("notifications.new_tweets")

BATCH = 1_000

# Of so many tweets of one author in a day followers are notified.
MOST_A_DAY = 100

# Parts of the statement that publishes (`server.features.tweets.publishing`). A reply to somebody else isn't
# news for the author's followers, and a tweet for mentioned people notifies those anyway. Of several tweets
# that are published together, the first one is enough. After `MOST_A_DAY` on a day of UTC, an author notifies
# of no more; tweets that were deleted since count too.
IS_NEWS = f"""
    new.visibility < {MENTIONED} AND coalesce(new.part, 1) = 1
    AND (new.to_user IS NULL OR new.to_user = new.author_id)
"""
NOTE = f"""
    INSERT INTO tweets_to_notify_of (tweet_id, author_id)
    SELECT new.id, new.author_id FROM new JOIN tweet ON tweet.id = new.id
        JOIN taken ON taken.user_id = new.author_id
    WHERE {IS_NEWS} AND taken.news <= {MOST_A_DAY}
        AND EXISTS (SELECT 1 FROM follows WHERE followee_id = new.author_id AND notify)
    RETURNING tweet_id
"""

# $1 how many. The next followers of the author of the tweet with the fewest notified so far: so a popular
# author's tweet doesn't delay the others. Whoever hears of the tweet already, or doesn't want to hear of its
# author or its conversation, is passed over. Returns who is notified; no row if there is nothing to do.
NOTIFY_NEXT = """
    WITH note AS MATERIALIZED (
        SELECT n.tweet_id, n.author_id, n.notified_up_to, coalesce(t.thread_root_id, t.id) AS root
        FROM tweets_to_notify_of n JOIN tweets t ON t.id = n.tweet_id
        WHERE NOT n.deleted ORDER BY n.notified_up_to, n.tweet_id LIMIT 1 FOR UPDATE OF n SKIP LOCKED
    ), followers AS MATERIALIZED (
        SELECT f.follower_id AS id FROM note CROSS JOIN LATERAL (
            SELECT follower_id FROM follows
            WHERE followee_id = note.author_id AND notify AND follower_id > note.notified_up_to
            ORDER BY follower_id LIMIT $1
        ) f
    ), notified AS (
        INSERT INTO notifications (user_id, kind, actor_id, tweet_id)
        SELECT f.id, 'tweet', note.author_id, note.tweet_id FROM followers f CROSS JOIN note
        WHERE NOT EXISTS (
            SELECT 1 FROM relations WHERE user_id = f.id AND other_id = note.author_id
                AND (blocking OR blocked_by OR notifications_muted AND coalesce(muted_until > now(), true))
        ) AND NOT EXISTS (
            SELECT 1 FROM muted_threads WHERE user_id = f.id AND root_id = note.root
        ) AND NOT EXISTS (
            SELECT 1 FROM notifications WHERE user_id = f.id AND kind IN ('mention', 'reply', 'quote')
                AND coalesce(tweet_id, 0) = note.tweet_id
        ) ORDER BY f.id
        ON CONFLICT DO NOTHING RETURNING user_id
    ), moved AS (
        UPDATE tweets_to_notify_of n SET notified_up_to = (SELECT max(id) FROM followers) FROM note
        WHERE n.tweet_id = note.tweet_id AND (SELECT count(*) FROM followers) = $1
    ), done AS (
        DELETE FROM tweets_to_notify_of n USING note
        WHERE n.tweet_id = note.tweet_id AND (SELECT count(*) FROM followers) < $1
    )
    SELECT ARRAY(SELECT user_id FROM notified) AS users FROM note
"""

# $1 how many. Returns the users whose notifications are gone; no row if there is nothing to do.
FORGET_NEXT = """
    WITH note AS MATERIALIZED (
        SELECT tweet_id FROM tweets_to_notify_of WHERE deleted
        ORDER BY tweet_id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), found AS MATERIALIZED (
        SELECT n.id FROM note JOIN notifications n
            ON n.kind IN ('tweet', 'edit', 'poll') AND n.tweet_id = note.tweet_id
        ORDER BY n.user_id LIMIT $1
    ), gone AS (
        DELETE FROM notifications WHERE id IN (SELECT id FROM found) RETURNING user_id
    ), done AS (
        DELETE FROM tweets_to_notify_of n USING note
        WHERE n.tweet_id = note.tweet_id AND (SELECT count(*) FROM found) < $1
    )
    SELECT ARRAY(SELECT user_id FROM gone) AS users FROM note
"""

# $1 the follower, $2 the followee, $3 whether to notify the follower.
SET = "UPDATE follows SET notify = $3 WHERE follower_id = $1 AND followee_id = $2 RETURNING 1"


async def notify_some() -> bool:
    """Do a batch of what is to be done; return whether anything may be left."""
    done = await row(NOTIFY_NEXT, BATCH) or await row(FORGET_NEXT, BATCH)
    if done is None:
        return False
    await changes.tell({notifications_of(user_id) for user_id in done["users"]})
    return True


async def turn(viewer: Viewer, user_id: int, *, on: bool) -> None:
    """Turn notifications of a followee's new tweets on or off.

    Raises:
        UserNotFound: there is no such user.
        NotFollowed: the viewer doesn't follow them.
    """
    if await row(SET, viewer.id, user_id, on) is None:
        await accounts.ensure_exists(user_id)
        raise NotFollowed
    await changes.tell(follows.followed(viewer.id, user_id))
