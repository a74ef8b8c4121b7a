"""Whose turn it is: the pictures of one user that wait, found without reading all of theirs."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = "CREATE INDEX media_in_turn ON media_attachments (owner_id, id) WHERE state = 'pending';"

DOWNGRADE = "DROP INDEX media_in_turn;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
