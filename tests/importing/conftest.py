"""An old database, and an empty Perch to import it into."""

from __future__ import annotations

import pytest

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.importing.files import FilesInFolder
from storage.base import ObjectStore
from tests.api.media import objects
from tests.importing import first


@pytest.fixture
async def ugly(settings: Settings, database: None) -> DatabaseAddress:
    """An old database with everything that may be wrong in one."""
    address = await first.made(settings)
    await first.fill_with_ugly_rows(address)
    return address


@pytest.fixture
async def whole(settings: Settings, database: None) -> DatabaseAddress:
    """An old database with 2,500 tweets and nothing wrong: several batches of each table."""
    address = await first.made(settings)
    await first.fill(address, tweets=2500)
    return address


@pytest.fixture
def files(tmp_path_factory: pytest.TempPathFactory) -> FilesInFolder:
    """The picture files of the ugly database."""
    return first.files(tmp_path_factory.mktemp("old"))


@pytest.fixture
async def empty_store(store: ObjectStore, database: None) -> ObjectStore:
    """The store without what other tests left in it."""
    for key in await objects(store):
        await store.delete(key)
    return store
