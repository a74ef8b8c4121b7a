"""Whose a store is: the identity that is written into it, and objects that no row knows, with the time of finding.

The table has no model: only plain SQL touches it (`tasks.media_check`).
"""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
ALTER TABLE instance ADD COLUMN identity uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE instance ADD COLUMN is_rehearsal boolean NOT NULL DEFAULT false;

CREATE TABLE unknown_objects (
    key text PRIMARY KEY,
    found_at timestamptz NOT NULL DEFAULT now()
);
"""

DOWNGRADE = """
DROP TABLE unknown_objects;
ALTER TABLE instance DROP COLUMN is_rehearsal;
ALTER TABLE instance DROP COLUMN identity;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
