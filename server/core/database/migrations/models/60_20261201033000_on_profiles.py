"""Second copies of the pictures of profiles, and the indexes that find these pictures."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# In a migration of its own: while an index is built, pictures can be read.
UPGRADE = """
CREATE INDEX media_on_profile ON media_attachments (owner_id, purpose) WHERE on_profile;
CREATE INDEX media_uncopied ON media_attachments (copied, id)
    WHERE state = 'ready' AND (tweet_id IS NOT NULL OR on_profile) AND copied < 2;

ALTER TABLE copies_to_empty ADD suffixes text[] NOT NULL DEFAULT '{"",-small}';
CREATE OR REPLACE FUNCTION empty_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO copies_to_empty (token, suffixes)
    VALUES (OLD.token, CASE OLD.purpose WHEN 'avatar' THEN '{"",-small,-medium}' ELSE '{"",-small}' END::text[])
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""

DOWNGRADE = """
CREATE OR REPLACE FUNCTION empty_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO copies_to_empty (token) VALUES (OLD.token) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
ALTER TABLE copies_to_empty DROP suffixes;
DROP INDEX media_uncopied;
DROP INDEX media_on_profile;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = import_module("server.core.database.migrations.models.59_20261201030000_avatars").MODELS_STATE
