"""A random secret of this database, with which addresses of pictures are signed that no tweet shows yet."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# Two random UUIDs have 244 random bits, from the same source as a key has them; pgcrypto, which makes bytes, is not
# everywhere. Every process reads it with the row that it signs for, so that none has an old one after a restore.
UPGRADE = """
ALTER TABLE instance ADD COLUMN media_key bytea NOT NULL
    DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
"""

DOWNGRADE = "ALTER TABLE instance DROP COLUMN media_key;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
