"""Notifications of accepted follow requests."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# The statement that accepts a request notifies (`server.features.follows.requests`). The function as it was, except
# that the notification goes when the follow does.
NOTIFY = """
CREATE OR REPLACE FUNCTION notify_of_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('perch.quiet', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO notifications AS n (user_id, kind, actor_id)
        SELECT followee_id, 'follow', follower_id FROM changed
        WHERE NOT EXISTS (
            SELECT 1 FROM relations WHERE user_id = followee_id AND other_id = follower_id
                AND (blocking OR blocked_by OR notifications_muted AND coalesce(muted_until > now(), true))
        ) ORDER BY followee_id, follower_id
        ON CONFLICT (user_id, kind, coalesce(tweet_id, 0), actor_id) DO UPDATE SET undone = false WHERE n.undone;
    ELSE
        UPDATE notifications n SET undone = true FROM changed c
        WHERE n.user_id = c.followee_id AND n.kind = 'follow' AND coalesce(n.tweet_id, 0) = 0
            AND n.actor_id = c.follower_id AND NOT n.undone;{accepted}
    END IF;
    RETURN NULL;
END $$;
"""
ACCEPTED = """
        UPDATE notifications n SET undone = true FROM changed c
        WHERE n.user_id = c.follower_id AND n.kind = 'follow_accepted' AND coalesce(n.tweet_id, 0) = 0
            AND n.actor_id = c.followee_id AND NOT n.undone;"""

UPGRADE = NOTIFY.replace("{accepted}", ACCEPTED)

DOWNGRADE = "DELETE FROM notifications WHERE kind = 'follow_accepted';" + NOTIFY.replace("{accepted}", "")


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = import_module("server.core.database.migrations.models.50_20261130172000_to_many").MODELS_STATE
