"""What a store of objects promises. One contract suite holds every implementation to it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

# The size of the pieces that bodies travel in. Bytes.
CHUNK = 256 * 1024


class StorageError(Exception):
    """Something is wrong with the store; vendors' errors arrive as one of these."""


class ObjectNotFound(StorageError):
    """There is no object under this key."""


class InvalidKey(StorageError, ValueError):
    """Not a key that every store can hold."""


class InvalidRange(StorageError):
    """The range begins behind the object's end."""


class StorageUnavailable(StorageError):
    """The store does not answer, refuses us, or has no room; trying again later may help."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known of an object without reading it. `size` in bytes."""

    key: str
    size: int
    content_type: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class OpenObject:
    """An object being read: `body` yields the bytes from `start` (inclusive) to `stop` (exclusive)."""

    info: ObjectInfo
    start: int
    stop: int
    body: AsyncIterator[bytes]


class ObjectStore(Protocol):
    """Bytes under flat keys: no folders, the last write wins.

    A key is 1 to 512 characters of `A-Za-z0-9._-` in parts between slashes, none of which begins with
    a dot; anything else raises `InvalidKey`.
    """

    async def open(self) -> None:
        """Make ready; raises StorageUnavailable where the store cannot be used."""

    async def close(self) -> None:
        """Let go of connections. Succeeds when already closed."""

    async def check(self) -> None:
        """Ask whether the store answers; raises StorageUnavailable."""

    async def put(self, key: str, body: AsyncIterable[bytes], *, content_type: str) -> ObjectInfo:
        """Store whole or not at all: no reader sees half an object."""

    async def put_file(self, key: str, file: Path, *, content_type: str) -> ObjectInfo:
        """The same of a local file. Nobody may write to it afterwards: it may have become the object."""

    async def create(self, key: str, body: bytes, *, content_type: str) -> bool:
        """Store a small object unless the key is taken; whether it was stored. Of several at once, one is."""

    async def fetch(self, key: str, file: Path) -> None:
        """Read the whole object into a new local file, for reading only: it may be the object itself.

        Raises:
            ObjectNotFound: no such key.
        """

    async def info(self, key: str) -> ObjectInfo:
        """Raises ObjectNotFound."""

    def read(
        self, key: str, *, start: int = 0, stop: int | None = None
    ) -> AbstractAsyncContextManager[OpenObject]:
        """Read the bytes from `start` on, before `stop` where given, beyond the end where larger.

        Raises:
            ObjectNotFound: no such key.
            InvalidRange: `start` is not inside the object.
        """

    async def delete(self, key: str) -> None:
        """Succeed when the key is already gone, so that a retried task is safe."""

    async def remove_unfinished(self, prefix: str, *, before: datetime) -> int:
        """Remove what killed processes left half-written below this prefix, begun before; how many."""

    def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """All objects whose keys begin with the prefix, in the order of the keys.

        Content types may be missing (empty) here: stores do not list them.
        """
