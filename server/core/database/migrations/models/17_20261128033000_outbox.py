"""An outbox that drains in the time of its length: likes that are held back lie apart, and each row knows since when.

The table has no model: only plain SQL touches it (`server.core.live.event`).
"""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
-- Tweets whose like count was sent a moment ago: the next one waits here until it may be sent.
CREATE TABLE held_likes (tweet_id bigint PRIMARY KEY);

ALTER TABLE outbox ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
"""

DOWNGRADE = """
ALTER TABLE outbox DROP COLUMN created_at;
INSERT INTO outbox (kind, tweet_id) SELECT 'likes', tweet_id FROM held_likes;
DROP TABLE held_likes;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
