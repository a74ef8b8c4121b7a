"""How much is stored, by kind, as a worker listed it last."""

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
    """What was listed, and when."""

    at: datetime
    kinds: dict[str, Used]


async def read(redis: Redis) -> StorageUsed | None:
    """What was listed last; None where nothing was yet. Raises RedisError or OSError."""
    found = await redis.get(KEY)
    try:
        return msgspec.json.decode(found, type=StorageUsed) if found else None
    except msgspec.DecodeError:
        return None
