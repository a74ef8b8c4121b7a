"""The contract of an object store. One test suite checks every implementation against it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

# The size in bytes of the pieces in which bodies are transferred.
CHUNK = 256 * 1024


class StorageError(Exception):
    """Something is wrong with the store; vendors' errors are translated into subclasses of this."""


class ObjectNotFound(StorageError):
    """There is no object under this key."""


class InvalidKey(StorageError, ValueError):
    """The key is not one that every store can hold."""


class InvalidRange(StorageError):
    """The range begins after the object's end."""


class StorageUnavailable(StorageError):
    """The store does not respond, refuses us, or has no room; trying again later may help."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known about an object without reading it; `size` is in bytes."""

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
        """Get ready; raises StorageUnavailable if the store cannot be used."""

    async def close(self) -> None:
        """Close all connections. Succeeds if they are already closed."""

    async def check(self) -> None:
        """Check that the store responds; raises StorageUnavailable if it doesn't."""

    async def put(self, key: str, body: AsyncIterable[bytes], *, content_type: str) -> ObjectInfo:
        """Store the object whole or not at all: no reader ever sees half of it."""

    async def put_file(self, key: str, file: Path, *, content_type: str) -> ObjectInfo:
        """Store a local file likewise. Don't write to it afterwards: the file itself may be the object."""

    async def create(self, key: str, body: bytes, *, content_type: str) -> bool:
        """Store a small object unless the key is taken; return whether it was. Of several at once, one is."""

    async def fetch(self, key: str, file: Path) -> None:
        """Fetch the whole object into a new local file. Don't write to it: it may be the object itself.

        Raises:
            ObjectNotFound: no such key.
        """

    async def info(self, key: str) -> ObjectInfo:
        """Raises ObjectNotFound."""

    def read(
        self, key: str, *, start: int = 0, stop: int | None = None
    ) -> AbstractAsyncContextManager[OpenObject]:
        """Read the bytes from `start` to before `stop`, or to the end if that is None or beyond it.

        Raises:
            ObjectNotFound: no such key.
            InvalidRange: `start` is not inside the object.
        """

    async def delete(self, key: str) -> None:
        """Succeed when the key is already gone, so that a retried task is safe."""

    async def remove_unfinished(self, prefix: str, *, before: datetime) -> int:
        """Remove unfinished objects with this prefix begun before `before`; return their number."""

    def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """All objects whose keys begin with the prefix, in the order of their keys.

        Their content types may be missing (empty), because stores do not list them.
        """
