"""An empty store beside the empty database."""

from __future__ import annotations

import pytest

from storage.base import ObjectStore
from tests.api.media import objects


@pytest.fixture
async def empty_store(store: ObjectStore, database: None) -> ObjectStore:
    for key in await objects(store):
        await store.delete(key)
    return store
