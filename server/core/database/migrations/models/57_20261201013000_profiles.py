"""What people say about themselves. The table has no model (`server.features.people.about`)."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# It is a table of its own, because rows of `users` are rewritten with each change of a counter.
UPGRADE = """
CREATE TABLE profiles (
    user_id bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    bio text NOT NULL,
    pronouns text NOT NULL,
    fields jsonb NOT NULL,
    is_bot boolean NOT NULL
);
"""

DOWNGRADE = "DROP TABLE profiles"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = import_module("server.core.database.migrations.models.56_20261201010000_focus").MODELS_STATE
