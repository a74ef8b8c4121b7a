"""Second copies of pictures: how far each one is, and which copies are to be emptied as their picture is gone."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `copied` is 0 for none, 1 for one that was begun (and may be there by half), 2 for one that is there.
UPGRADE = """
ALTER TABLE media_attachments ADD COLUMN copied smallint NOT NULL DEFAULT 0;
CREATE INDEX media_attachments_uncopied ON media_attachments (id)
    WHERE state = 'ready' AND tweet_id IS NOT NULL AND copied < 2;
CREATE TABLE copies_to_empty (
    token varchar(32) PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);
"""

DOWNGRADE = """
DROP TABLE copies_to_empty;
DROP INDEX media_attachments_uncopied;
ALTER TABLE media_attachments DROP COLUMN copied;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were: only plain SQL touches these.
MODELS_STATE = import_module("server.models.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
