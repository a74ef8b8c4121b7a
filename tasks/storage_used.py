"""How much is stored, by kind: listed once an hour, as a bucket may hold millions of objects."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from redis.asyncio import Redis

from config import redis_clients
from config.settings import Settings
from storage import keys
from storage.base import ObjectStore
from tasks.dumps import catalogue
from tasks.workshop import Means, Workshop

KEY = "perch:storage"


class Used(msgspec.Struct, frozen=True):
    """Objects of a kind, and their size in bytes."""

    objects: int
    bytes: int


class StorageUsed(msgspec.Struct, frozen=True):
    """What was listed, and when."""

    at: datetime
    kinds: dict[str, Used]


async def measure_storage(workshop: Means) -> None:
    """List everything, for those who `read` it."""
    found = StorageUsed(datetime.now(UTC), await listed(workshop))
    async with redis_clients.client(workshop.settings.redis_tasks) as redis:
        await redis.set(KEY, msgspec.json.encode(found))


async def read(redis: Redis) -> StorageUsed | None:
    """What was listed last; None where nothing was yet. Raises RedisError or OSError."""
    found = await redis.get(KEY)
    try:
        return msgspec.json.decode(found, type=StorageUsed) if found else None
    except msgspec.DecodeError:
        return None


async def listed(workshop: Workshop) -> dict[str, Used]:
    """Objects and bytes by kind, as they are now."""
    found = {}
    for kind, (store, prefix) in folders(workshop.settings, workshop.store, workshop.backups).items():
        objects = size = 0
        async for item in store.list(prefix):
            objects, size = objects + 1, size + item.size
        found[kind] = Used(objects, size)
    return found


def folders(
    settings: Settings, store: ObjectStore, backups: ObjectStore
) -> dict[str, tuple[ObjectStore, str]]:
    """Where what lies, by its name."""
    return {
        "pictures": (store, keys.variant(settings.s3_tweets_media_folder, "")),
        "incoming": (store, keys.INCOMING),
        **{f"dumps {kind}": (backups, settings.dump_folder(kind)) for kind in catalogue.FOLDERS},
        "logs": (backups, settings.s3_logs_folder.strip("/") + "/"),
    }
