"""A database with users and tweets, and a store for backups: on the disk or in a bucket."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from config.settings import Settings
from server.core.database import migrate, own_server
from server.core.database.connection import rows
from server.operations.dumps.catalogue import Dump
from storage.base import ObjectStore
from storage.local import LocalStore
from storage.s3 import S3Store
from tasks.broker import StreamBroker
from tasks.dumps import making
from tasks.dumps.postgres import connected
from tasks.jobs import QueuedJobs
from tasks.workshop import Workshop
from tests import servers
from tests.tasks.dumps.parts import drop_all, listing

PEOPLE = """
    INSERT INTO users (handle, name) SELECT 'u' || n, 'User ' || n FROM generate_series(1, 20) n;
    INSERT INTO tweets (author_id, content)
        SELECT 1 + n % 20, 'Tweet ' || n || ': ' || md5(n::text) FROM generate_series(1, 500) n;
    INSERT INTO likes (tweet_id, user_id) SELECT 1 + n % 500, 1 + n % 20 FROM generate_series(1, 100) n;
"""


@pytest_asyncio.fixture
async def people(database: None) -> None:
    for statement in PEOPLE.strip().split(";\n"):
        await rows(statement)


@pytest.fixture(params=["local", "s3"])
def backups_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture
async def workshop(
    settings: Settings,
    people: None,
    store: ObjectStore,
    broker: StreamBroker,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    backups_kind: str,
) -> AsyncIterator[Workshop]:
    """A workshop whose backups have a place of this test's own."""
    backups: LocalStore | S3Store = LocalStore(tmp_path / "backups")
    chosen = settings.model_copy(update={"backup_dir": tmp_path / "backups"})
    if backups_kind == "s3":
        bucket = servers.bucket(request.getfixturevalue("moto_url"), f"dumps-{secrets.token_hex(4)}")
        await servers.make_bucket(bucket)
        backups = S3Store(bucket, in_pieces=False)  # like `storage.for_backups`
        where = {
            "backup_storage": "s3",
            "s3_url": bucket.url,
            "s3_bucket_name": bucket.name,
            "s3_access_key": bucket.access_key,
            "s3_secret_key": bucket.secret_key,
        }
        chosen = settings.model_copy(update=where)
    await backups.open()
    yield Workshop.of(chosen, store, backups, QueuedJobs(broker))
    await backups.close()


only_local = pytest.mark.parametrize("backups_kind", ["local"])  # the kind doesn't matter


@pytest_asyncio.fixture
async def target(workshop: Workshop) -> AsyncIterator[Settings]:
    """Another database on the same server, with one tweet."""
    url = f"postgresql://perch@/target?host={workshop.settings.database.host}"
    settings = workshop.settings.model_copy(update={"database_url": url})
    await drop_all(workshop)
    await own_server.create_database(settings.database)
    await migrate.upgrade(settings.database)
    async with connected(settings.database) as connection:
        await connection.execute("INSERT INTO users (handle, name) VALUES ('alice', 'Alice')")
        await connection.execute("INSERT INTO tweets (author_id, content) VALUES (1, 'mine')")
    yield settings
    await drop_all(workshop)


@pytest_asyncio.fixture
async def dump(workshop: Workshop) -> Dump:
    manifest = await making.make("hour", datetime(2026, 11, 24, tzinfo=UTC), workshop)
    return (await listing(workshop)).find(manifest.id)
