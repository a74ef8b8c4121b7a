"""How many of somebody's tweets of a day were news for their followers.

The table has no model (`server.core.limits.quota_rows`).
"""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = "ALTER TABLE upload_days ADD news integer NOT NULL DEFAULT 0;"

DOWNGRADE = "ALTER TABLE upload_days DROP COLUMN news;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.44_20261130043000_successors").MODELS_STATE
