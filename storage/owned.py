"""A store that may belong to another Perch: if so, nothing is removed. A rehearsal also writes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import Enum
from pathlib import Path

from storage.base import ObjectInfo, ObjectStore, OpenObject, StorageUnavailable


class Standing(Enum):
    """The relation of the store to this Perch."""

    OWNER = "owner"
    GUEST = "guest"  # it belongs to another Perch, or to an unknown owner
    REHEARSAL = "rehearsal"  # this Perch only reads it


class OwnedStore:
    """An `ObjectStore` that checks what it may do before it changes anything.

    If the store is another Perch's, `delete` and `remove_unfinished` succeed without removing anything:
    reconciliation finds the leftovers once the store is taken over. A rehearsal can't store anything.
    """

    def __init__(self, store: ObjectStore, standing: Callable[[], Awaitable[Standing]]) -> None:
        self._store = store
        self._standing = standing

    async def standing(self) -> Standing:
        """The store's current standing for this Perch. Raises StorageUnavailable."""
        return await self._standing()

    async def open(self) -> None:
        """See `ObjectStore.open`."""
        await self._store.open()

    async def close(self) -> None:
        """See `ObjectStore.close`."""
        await self._store.close()

    async def check(self) -> None:
        """See `ObjectStore.check`."""
        await self._store.check()

    async def put(self, key: str, body: AsyncIterable[bytes], *, content_type: str) -> ObjectInfo:
        """See `ObjectStore.put`."""
        await self._require_no_rehearsal()
        return await self._store.put(key, body, content_type=content_type)

    async def put_file(self, key: str, file: Path, *, content_type: str) -> ObjectInfo:
        """See `ObjectStore.put_file`."""
        await self._require_no_rehearsal()
        return await self._store.put_file(key, file, content_type=content_type)

    async def create(self, key: str, body: bytes, *, content_type: str) -> bool:
        """See `ObjectStore.create`."""
        await self._require_no_rehearsal()
        return await self._store.create(key, body, content_type=content_type)

    async def fetch(self, key: str, file: Path) -> None:
        """See `ObjectStore.fetch`."""
        await self._store.fetch(key, file)

    async def info(self, key: str) -> ObjectInfo:
        """See `ObjectStore.info`."""
        return await self._store.info(key)

    def read(
        self, key: str, *, start: int = 0, stop: int | None = None
    ) -> AbstractAsyncContextManager[OpenObject]:
        """See `ObjectStore.read`."""
        return self._store.read(key, start=start, stop=stop)

    async def delete(self, key: str) -> None:
        """See `ObjectStore.delete`. Removes nothing from a store that is not ours."""
        if await self._standing() is Standing.OWNER:
            await self._store.delete(key)

    async def remove_unfinished(self, prefix: str, *, before: datetime) -> int:
        """See `ObjectStore.remove_unfinished`. Removes nothing from a store that is not ours."""
        if await self._standing() is not Standing.OWNER:
            return 0
        return await self._store.remove_unfinished(prefix, before=before)

    def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """See `ObjectStore.list`."""
        return self._store.list(prefix)

    async def _require_no_rehearsal(self) -> None:
        if await self._standing() is Standing.REHEARSAL:
            raise StorageUnavailable("this Perch is a rehearsal, so it only reads the store")
