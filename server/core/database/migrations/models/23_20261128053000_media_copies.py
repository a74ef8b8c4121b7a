"""Second copies of pictures: how far each one is, and which copies are to be emptied as their picture is gone."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `copied` is 0 for none, 1 for one that was begun (and may be there by half), 2 for one that is there.
UPGRADE = """
ALTER TABLE media_attachments ADD COLUMN copied smallint NOT NULL DEFAULT 0;
CREATE INDEX media_attachments_uncopied ON media_attachments (copied, id)
    WHERE state = 'ready' AND tweet_id IS NOT NULL AND copied < 2;
CREATE TABLE copies_to_empty (
    token varchar(32) PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION empty_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO copies_to_empty (token) VALUES (OLD.token) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER media_copied AFTER DELETE ON media_attachments
    FOR EACH ROW WHEN (OLD.copied > 0) EXECUTE FUNCTION empty_copy();
"""

DOWNGRADE = """
DROP TRIGGER media_copied ON media_attachments;
DROP FUNCTION empty_copy();
DROP TABLE copies_to_empty;
DROP INDEX media_attachments_uncopied;
ALTER TABLE media_attachments DROP COLUMN copied;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were: only plain SQL touches these.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
