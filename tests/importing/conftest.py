"""An old database, and an empty Perch to take it over."""

from __future__ import annotations

import pytest

from config.addresses import DatabaseAddress
from config.settings import Settings
from server.importing.files import FilesInFolder
from storage.base import ObjectStore
from tests.api.media import objects
from tests.importing import first


@pytest.fixture
async def ugly(settings: Settings, database: None) -> DatabaseAddress:
    """With all that may be wrong in it."""
    address = await first.made(settings)
    await first.fill_with_ugly_rows(address)
    return address


@pytest.fixture
async def whole(settings: Settings, database: None) -> DatabaseAddress:
    """With 2,500 tweets and nothing wrong: some batches of each table."""
    address = await first.made(settings)
    await first.fill(address, tweets=2500)
    return address


@pytest.fixture
def files(tmp_path_factory: pytest.TempPathFactory) -> FilesInFolder:
    """The pictures of the ugly one."""
    return first.files(tmp_path_factory.mktemp("old"))


@pytest.fixture
async def empty_store(store: ObjectStore, database: None) -> ObjectStore:
    """Without what other tests left."""
    for key in await objects(store):
        await store.delete(key)
    return store
