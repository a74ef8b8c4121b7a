"""How much is stored, by kind, according to the last listing by a worker."""

from __future__ import annotations

from datetime import datetime

import msgspec
from redis.asyncio import Redis

KEY = "perch:storage"


class Used(msgspec.Struct, frozen=True):
    """Objects of a kind, and their size in bytes."""

    objects: int
    bytes: int


class StorageUsed(msgspec.Struct, frozen=True):
    """The result of a listing, and its time."""

    at: datetime
    kinds: dict[str, Used]


async def read(redis: Redis) -> StorageUsed | None:
    """The last listing; None if there was none yet. Raises RedisError or OSError."""
    found = await redis.get(KEY)
    try:
        return msgspec.json.decode(found, type=StorageUsed) if found else None
    except msgspec.DecodeError:
        return None
