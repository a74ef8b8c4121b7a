"""Runs that an administrator asks for, and a worker does."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
ALTER TABLE scheduled_runs DROP CONSTRAINT scheduled_runs_trigger_check;
ALTER TABLE scheduled_runs ADD CONSTRAINT scheduled_runs_trigger_check
    CHECK (trigger IN ('schedule', 'manual', 'asked'));
"""

DOWNGRADE = """
UPDATE scheduled_runs SET trigger = 'manual' WHERE trigger = 'asked';
ALTER TABLE scheduled_runs DROP CONSTRAINT scheduled_runs_trigger_check;
ALTER TABLE scheduled_runs ADD CONSTRAINT scheduled_runs_trigger_check
    CHECK (trigger IN ('schedule', 'manual'));
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
