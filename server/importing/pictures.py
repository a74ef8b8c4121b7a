"""Imports the pictures' files: they become originals that wait for a worker, as if they had been uploaded."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.core.cache import changes
from server.core.jobs import Jobs
from server.features.media import events
from server.features.media.jobs import PROCESS
from server.importing import files
from server.importing.account import Batch
from server.importing.files import PictureNotTaken
from server.importing.medias import looked_at, pair
from server.importing.target import Target
from storage import object_keys
from storage.base import ObjectStore

# How many files are copied in parallel, and how many pictures one transaction takes; if it fails, the copied
# files are swept later.
AT_ONCE, BATCH = 8, 64

# $2 and $3: start after this picture.
WAITING = f"""
    SELECT tweet_id, picture_id, place, object_key FROM import_pictures
    WHERE fingerprint = $1 AND media_id IS NULL AND (tweet_id, picture_id) > ($2::bigint, $3::bigint)
    ORDER BY tweet_id, picture_id LIMIT {BATCH}
"""
HOW_MANY = "SELECT count(*) FROM import_pictures WHERE fingerprint = $1 AND media_id IS NULL"

# For tweets of this import's users only, who all arrived at the same time ($4).
ADD = """
    INSERT INTO media_attachments (token, owner_id, tweet_id, position)
    SELECT token, t.author_id, t.id, place
    FROM unnest($1::text[], $2::bigint[], $3::smallint[]) AS new (token, tweet_id, place)
    JOIN tweets t ON t.id = new.tweet_id JOIN users a ON a.id = t.author_id AND a.created_at = $4
    ORDER BY t.id, place RETURNING id, token, tweet_id, owner_id
"""
SETTLE = """
    UPDATE import_pictures p SET media_id = new.media_id, reason = new.reason
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
        AS new (tweet_id, picture_id, media_id, reason)
    WHERE p.fingerprint = $1 AND p.tweet_id = new.tweet_id AND p.picture_id = new.picture_id
        AND (p.media_id, p.reason) IS DISTINCT FROM (new.media_id, new.reason)
"""


@dataclass(frozen=True, slots=True)
class Means:
    """What the import needs besides the database: the store, the queue, a folder for temporary files."""

    store: ObjectStore
    jobs: Jobs
    scratch: Path


@dataclass(frozen=True, slots=True)
class Copied:
    """The outcome for a file: an original in the store, or the reason why there is none."""

    token: str | None
    reason: str | None


async def waiting(target: Target) -> int:
    """How many pictures of tweets have not been imported so far."""
    return int(await target.connection.fetchval(HOW_MANY, target.fingerprint))


async def rehearse(target: Target) -> Batch:
    """Report what `carry` would do."""
    batch, behind = Batch(), (0, 0)
    while some := await target.connection.fetch(WAITING, target.fingerprint, *behind):
        for row in some:
            reason = await looked_at(row["object_key"], target)
            batch.count("medias", taken=reason is None)
            if reason is not None:
                batch.tell("medias", pair(row["tweet_id"], row["picture_id"]), reason)
        behind = some[-1]["tweet_id"], some[-1]["picture_id"]
    return batch


async def carry(target: Target, means: Means, told: Callable[[int], None] = lambda _: None) -> None:
    """Import the files of all waiting pictures, including those that could not be imported before.

    A file is stored before its row is written: if a crash comes in between, it is swept like any upload's.

    Raises:
        StorageUnavailable: one of the two stores does not respond.
    """
    behind, done, queueing = (0, 0), 0, True
    while some := await target.connection.fetch(WAITING, target.fingerprint, *behind):
        copied = await _copy_all([row["object_key"] for row in some], target, means)
        for media_id in await _write(some, copied, target, means):
            # Without a queue, all of them will be found later, as after a crash.
            queueing = queueing and await means.jobs.send(PROCESS, media_id)
        behind = some[-1]["tweet_id"], some[-1]["picture_id"]
        told(done := done + len(some))


async def _copy_all(keys: Sequence[str], target: Target, means: Means) -> list[Copied]:
    """Copy files in parallel. An error of a store stops all of them."""
    try:
        async with asyncio.TaskGroup() as together:
            free = asyncio.Semaphore(AT_ONCE)
            tasks = [together.create_task(_copy(key, target, means, free)) for key in keys]
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    return [task.result() for task in tasks]


async def _copy(object_key: str, target: Target, means: Means, free: asyncio.Semaphore) -> Copied:
    token = secrets.token_hex(16)
    async with free:
        with tempfile.TemporaryDirectory(prefix="import-", dir=means.scratch) as folder:
            file = Path(folder) / "original"
            try:
                content_type = await files.copy(target.files, object_key, file, most=target.media_max_bytes)
            except PictureNotTaken as reason:
                return Copied(None, str(reason))
            await means.store.put_file(object_keys.incoming(token), file, content_type=content_type)
    return Copied(token, None)


async def _write(some: Sequence[Any], copied: Sequence[Copied], target: Target, means: Means) -> list[int]:
    """Record the outcome for each; return the ids of the new pictures."""
    new = [
        (copy.token, row["tweet_id"], row["place"])
        for row, copy in zip(some, copied, strict=True)
        if copy.token
    ]
    tokens, tweet_ids, places = zip(*new, strict=True) if new else ((), (), ())
    async with target.connection.transaction():
        added = await target.connection.fetch(ADD, tokens, tweet_ids, places, target.first_time)
        ids = {row["token"]: row["id"] for row in added}
        settled = [
            (row["tweet_id"], row["picture_id"], ids.get(copy.token), _reason(copy, ids))
            for row, copy in zip(some, copied, strict=True)
        ]
        columns = [list(column) for column in zip(*settled, strict=True)]
        await target.connection.execute(SETTLE, target.fingerprint, *columns)
    await changes.tell({topic for row in added for topic in events.changed(row["tweet_id"], row["owner_id"])})
    for copy in copied:
        if copy.token is not None and copy.token not in ids:
            await means.store.delete(object_keys.incoming(copy.token))
    return list(ids.values())


def _reason(copy: Copied, ids: Collection[str]) -> str | None:
    gone = copy.token is not None and copy.token not in ids
    return "its tweet isn't here, or its author wasn't imported" if gone else copy.reason
