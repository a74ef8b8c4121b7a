"""Private notes on people. The table has no model (`server.features.notes`)."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
CREATE TABLE notes (
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    other_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    note text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, other_id)
);
CREATE INDEX notes_on_user ON notes (other_id);
"""

DOWNGRADE = "DROP TABLE notes"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = import_module("server.core.database.migrations.models.56_20261201010000_focus").MODELS_STATE
