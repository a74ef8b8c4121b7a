"""Archives of a user's data: requested, made by a task, downloadable for some days, then removed.

The object is written before its row says that it is ready, and removed before the row: all that a crash can
leave behind is an object without a row, and `sweep` removes those.
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

# The seconds that must pass before another archive is made: each may take gigabytes.
NOT_BEFORE = 3600

# The seconds that a worker's lease on an attempt lasts unless it is renewed; and the number of attempts.
LEASE, MAX_ATTEMPTS = 30, 3

# A request that waits for more seconds than this was lost.
FORGOTTEN_AFTER = 120

# The maximum number of archives that one run resumes or removes.
AT_ONCE = 100

# A younger object without a row may be one that is just being written.
ORPHAN_AGE = timedelta(hours=6)


async def ask(user_id: int, jobs: Jobs, store: ObjectStore) -> ExportRow:
    """Have a new archive made; if the current one is less than an hour old, return that instead."""
    old = await export.of_user(user_id)
    made = await export.ask(user_id, secrets.token_hex(16), not_before=NOT_BEFORE)
    if made is not None:
        if old is not None:
            await store.delete(object_keys.export(old.token))
        await jobs.send(MAKE_EXPORT, made.id)
        return made
    found = await export.of_user(user_id)
    if found is None:  # it has just expired
        raise ExportNotFound
    return found


async def read(user_id: int) -> ExportRow | None:
    """The state of the user's archive."""
    found = await export.of_user(user_id)
    expired = found is not None and found.expires_at is not None and found.expires_at <= datetime.now(UTC)
    return None if expired else found


async def key_of(user_id: int) -> str:
    """The object key of the user's finished archive. Raises ExportNotFound."""
    found = await read(user_id)
    if found is None or found.state != "ready":
        raise ExportNotFound
    return object_keys.export(found.token)


async def claim(export_id: int) -> tuple[int, str] | None:
    """For a worker: claim an archive, returning its user and token; None if it's finished or taken."""
    found = await row(export.CLAIM, export_id, LEASE)
    if found is None:
        return None
    if found["attempts"] > MAX_ATTEMPTS:
        await rows(export.FAIL, export_id)
        return None
    return found["user_id"], found["token"]


async def renew(export_id: int, token: str) -> None:
    """For the worker: renew the lease, which must happen more often than the lease is long."""
    await rows(export.RENEW, export_id, token, LEASE)


async def make(
    export_id: int, user_id: int, token: str, store: ObjectStore, media_folder: str, *, days: int
) -> None:
    """For the worker: write a claimed archive, which can be downloaded for `days` days."""
    key = object_keys.export(token)
    written = await store.put(key, archive.write(user_id, store, media_folder), content_type=CONTENT_TYPE)
    if not await row(export.FINISH, export_id, token, written.size, days):
        await store.delete(key)  # the user was deleted meanwhile, or requested another


async def remove_of(user_id: int, store: ObjectStore) -> bool:
    """Remove a user's archive; return whether there was one."""
    found = await export.of_user(user_id)
    if found is None:
        return False
    await store.delete(object_keys.export(found.token))
    await rows(export.REMOVE, found.id, found.token)
    return True


async def resume(jobs: Jobs, *, older_than: float = FORGOTTEN_AFTER) -> int:
    """Queue the archives that a crash left unfinished; return their number."""
    found = await rows(export.FORGOTTEN, older_than, AT_ONCE)
    for one in found:
        await jobs.send(MAKE_EXPORT, one["id"])
    return len(found)


async def sweep(store: ObjectStore, *, now: datetime | None = None) -> int:
    """Remove expired archives, and objects without a row; return their number."""
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
