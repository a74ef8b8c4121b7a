"""The index of pictures without a second copy that the one for pictures of profiles too has replaced."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# Databases on which an earlier build applied migration 60 don't have it.
UPGRADE = "DROP INDEX IF EXISTS media_attachments_uncopied"
DOWNGRADE = """
CREATE INDEX media_attachments_uncopied ON media_attachments (copied, id)
    WHERE state = 'ready' AND tweet_id IS NOT NULL AND copied < 2;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = import_module("server.core.database.migrations.models.59_20261201030000_avatars").MODELS_STATE
