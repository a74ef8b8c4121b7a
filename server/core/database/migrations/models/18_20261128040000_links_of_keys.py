"""A link remembers the key that it was made with, and ends with it: whoever stole that key keeps no way in."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# No foreign key: the link stays on the list of what became of links. Null for a link that was made on a terminal, and
# for those from before, which last until they expire.
UPGRADE = "ALTER TABLE invitations ADD COLUMN made_by_key_id bigint;"

DOWNGRADE = "ALTER TABLE invitations DROP COLUMN made_by_key_id;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
