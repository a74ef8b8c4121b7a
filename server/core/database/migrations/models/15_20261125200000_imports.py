"""What was taken over from which other database, so that it is finished where it was interrupted, and never done
twice.

The tables have no models: only plain SQL touches them (`server.importing`).
"""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
-- The fingerprint is of the old users up to `last_user`; the tweet `last_tweet` was the newest when it began.
CREATE TABLE imports (
    fingerprint varchar(32) PRIMARY KEY,
    source text NOT NULL,
    last_user bigint NOT NULL,
    last_tweet bigint NOT NULL,
    began_at timestamptz NOT NULL,
    finished_at timestamptz
);

-- How far each table was read, and how many of its rows were taken over.
CREATE TABLE import_steps (
    fingerprint varchar(32) NOT NULL REFERENCES imports (fingerprint) ON DELETE CASCADE,
    step varchar(20) NOT NULL,
    position text[],
    found bigint NOT NULL DEFAULT 0,
    taken bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (fingerprint, step)
);

CREATE TABLE import_exceptions (
    fingerprint varchar(32) NOT NULL REFERENCES imports (fingerprint) ON DELETE CASCADE,
    place text NOT NULL,
    row_id text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX import_exceptions_of_import ON import_exceptions (fingerprint, place, reason);

-- A picture of a tweet: where its file lay, and what it became here. No foreign key to that: it may be deleted.
CREATE TABLE import_pictures (
    fingerprint varchar(32) NOT NULL REFERENCES imports (fingerprint) ON DELETE CASCADE,
    tweet_id bigint NOT NULL,
    picture_id bigint NOT NULL,
    place smallint NOT NULL,
    object_key text NOT NULL,
    media_id bigint,
    reason text,
    PRIMARY KEY (fingerprint, tweet_id, picture_id)
);
"""

DOWNGRADE = "DROP TABLE import_pictures, import_exceptions, import_steps, imports;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
