"""Archives of what a user has: asked for, made by a task, fetched for some days, removed.

The object is written before the row says that it is ready, and removed before its row: what a crash leaves is
an object that no row knows, and `sweep` removes those.
"""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime, timedelta

from server.core.database.connection import row, rows
from server.core.errors import ExportNotFound
from server.core.jobs import Job, Jobs
from server.features.privacy import archive, export
from server.features.privacy.export import ExportRow
from storage import object_keys
from storage.base import ObjectStore

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/zip"

MAKE_EXPORT = Job("people.make_export")

# A newer one is not made before: each may be gigabytes. Seconds.
NOT_BEFORE = 3600

# A try is its worker's for so long, and as long as it is renewed; so many tries. Seconds.
LEASE, MAX_ATTEMPTS = 30, 3

# One that waits for longer was lost. Seconds.
FORGOTTEN_AFTER = 120

# What one run takes up or removes at most.
AT_ONCE = 100

# An object without a row may be one that is being written.
ORPHAN_AGE = timedelta(hours=6)


async def ask(user_id: int, jobs: Jobs, store: ObjectStore) -> ExportRow:
    """Have an archive made in place of the one there is; that one, where it is less than an hour old."""
    old = await export.of_user(user_id)
    made = await export.ask(user_id, secrets.token_hex(16), not_before=NOT_BEFORE)
    if made is not None:
        if old is not None:
            await store.delete(object_keys.export(old.token))
        await jobs.send(MAKE_EXPORT, made.id)
        return made
    found = await export.of_user(user_id)
    if found is None:  # its time was over in this moment
        raise ExportNotFound
    return found


async def read(user_id: int) -> ExportRow | None:
    """What became of it."""
    found = await export.of_user(user_id)
    expired = found is not None and found.expires_at is not None and found.expires_at <= datetime.now(UTC)
    return None if expired else found


async def key_of(user_id: int) -> str:
    """Where a finished archive lies. Raises ExportNotFound."""
    found = await read(user_id)
    if found is None or found.state != "ready":
        raise ExportNotFound
    return object_keys.export(found.token)


async def claim(export_id: int) -> tuple[int, str] | None:
    """For a worker: whose it is and its token; None where nothing is to be done, or somebody is at it."""
    found = await row(export.CLAIM, export_id, LEASE)
    if found is None:
        return None
    if found["attempts"] > MAX_ATTEMPTS:
        await rows(export.FAIL, export_id)
        return None
    return found["user_id"], found["token"]


async def renew(export_id: int, token: str) -> None:
    """For the worker, more often than the lease is long."""
    await rows(export.RENEW, export_id, token, LEASE)


async def make(
    export_id: int, user_id: int, token: str, store: ObjectStore, media_folder: str, *, days: int
) -> None:
    """For the worker: write a claimed archive, which can be fetched for so many days."""
    key = object_keys.export(token)
    written = await store.put(key, archive.write(user_id, store, media_folder), content_type=CONTENT_TYPE)
    if not await row(export.FINISH, export_id, token, written.size, days):
        await store.delete(key)  # its user was deleted meanwhile, or asked for another


async def remove_of(user_id: int, store: ObjectStore) -> bool:
    """Remove a user's archive; whether there was one."""
    found = await export.of_user(user_id)
    if found is None:
        return False
    await store.delete(object_keys.export(found.token))
    await rows(export.REMOVE, found.id, found.token)
    return True


async def resume(jobs: Jobs, *, older_than: float = FORGOTTEN_AFTER) -> int:
    """Queue what a crash has left; how many."""
    found = await rows(export.FORGOTTEN, older_than, AT_ONCE)
    for one in found:
        await jobs.send(MAKE_EXPORT, one["id"])
    return len(found)


async def sweep(store: ObjectStore, *, now: datetime | None = None) -> int:
    """Remove archives whose time is over, and objects that no row knows; how many."""
    expired = await rows(export.EXPIRED, AT_ONCE)
    for one in expired:
        await store.delete(object_keys.export(one["token"]))
        await rows(export.REMOVE, one["id"], one["token"])
    before = (now or datetime.now(UTC)) - ORPHAN_AGE
    old = [item.key async for item in store.list(object_keys.EXPORTS) if item.modified_at < before]
    tokens = [key.removeprefix(object_keys.EXPORTS) for key in old]
    known = {object_keys.export(one["token"]) for one in await rows(export.KNOWN, tokens)}
    gone = [key for key in old if key not in known]
    for key in gone:
        await store.delete(key)
    if expired or gone:
        log.info("removed %d expired archives and %d leftover ones", len(expired), len(gone))
    return len(expired) + len(gone)
