"""How much is stored, by kind: listed once an hour, as a bucket may hold millions of objects."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from config import redis_clients
from config.settings import Settings
from server.operations.dumps import catalogue
from server.operations.storage_used import KEY, StorageUsed, Used
from storage import object_keys
from storage.base import ObjectStore
from tasks.task import Task
from tasks.workshop import Means, Workshop


async def measure_storage(workshop: Means) -> None:
    """List everything, and store the totals for readers (`server.operations.storage_used`)."""
    found = StorageUsed(datetime.now(UTC), await listed(workshop))
    async with redis_clients.client(workshop.settings.redis_tasks) as redis:
        await redis.set(KEY, msgspec.json.encode(found))


async def listed(workshop: Workshop) -> dict[str, Used]:
    """The current number of objects and bytes by kind."""
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
    """The store and folder of each kind, by its name."""
    return {
        "pictures": (store, object_keys.variant(settings.s3_tweets_media_folder, "")),
        "incoming": (store, object_keys.INCOMING),
        **{f"dumps {kind}": (backups, settings.dump_folder(kind)) for kind in catalogue.FOLDERS},
        "logs": (backups, settings.s3_logs_folder.strip("/") + "/"),
    }


TASKS = (Task("storage_used.measure_storage", measure_storage, cron="7 * * * *"),)
