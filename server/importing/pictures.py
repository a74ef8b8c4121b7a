"""Pictures on their way: their files become originals that wait for a worker, as if they were uploaded."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.cache import changes
from server.domain.jobs import Jobs
from server.importing import files
from server.importing.account import Batch
from server.importing.files import PictureNotTaken
from server.importing.medias import looked_at, pair
from server.importing.target import Target
from storage import keys
from storage.base import ObjectStore

# Files that are copied side by side, and rows of one transaction.
AT_ONCE = 8

# $2 and $3: behind this one.
WAITING = f"""
    SELECT tweet_id, picture_id, place, object_key FROM import_pictures
    WHERE fingerprint = $1 AND media_id IS NULL AND (tweet_id, picture_id) > ($2::bigint, $3::bigint)
    ORDER BY tweet_id, picture_id LIMIT {AT_ONCE}
"""
HOW_MANY = "SELECT count(*) FROM import_pictures WHERE fingerprint = $1 AND media_id IS NULL"

# $1 token, $2 tweet, $3 place.
ADD = """
    INSERT INTO media_attachments (token, owner_id, tweet_id, position)
    SELECT $1, author_id, id, $3 FROM tweets WHERE id = $2 RETURNING id, owner_id
"""
SETTLE = """
    UPDATE import_pictures SET media_id = $4, reason = $5
    WHERE fingerprint = $1 AND tweet_id = $2 AND picture_id = $3
"""


@dataclass(frozen=True, slots=True)
class Means:
    """What is needed for it besides the database: the store, the queue, a folder for files of a moment."""

    store: ObjectStore
    jobs: Jobs
    scratch: Path


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a file: an original in the store, or the reason why not."""

    token: str | None
    reason: str | None


async def waiting(target: Target) -> int:
    """How many pictures of tweets could not be taken over until now."""
    return int(await target.connection.fetchval(HOW_MANY, target.fingerprint))


async def rehearse(target: Target) -> Batch:
    """What `carry` would do."""
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
    """Take over the files of all pictures that wait, those that could not be taken before among them.

    A file is stored, then its row is written: what a crash between the two leaves is swept like any upload's.

    Raises:
        StorageUnavailable: one of the two stores does not answer.
    """
    behind, done, queueing = (0, 0), 0, True
    while some := await target.connection.fetch(WAITING, target.fingerprint, *behind):
        copied = await _copy_all([row["object_key"] for row in some], target, means)
        for media_id in await _write(some, copied, target, means):
            # Without a queue all of them are found later, as after a crash.
            queueing = queueing and await means.jobs.process_picture(media_id)
        behind = some[-1]["tweet_id"], some[-1]["picture_id"]
        told(done := done + len(some))


async def _copy_all(object_keys: Sequence[str], target: Target, means: Means) -> list[Copied]:
    """Side by side. What goes wrong with a store ends all of them."""
    try:
        async with asyncio.TaskGroup() as together:
            tasks = [together.create_task(_copy(key, target, means)) for key in object_keys]
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    return [task.result() for task in tasks]


async def _copy(object_key: str, target: Target, means: Means) -> Copied:
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="import-", dir=means.scratch) as folder:
        file = Path(folder) / "original"
        try:
            content_type = await files.copy(target.files, object_key, file, most=target.media_max_bytes)
        except PictureNotTaken as reason:
            return Copied(None, str(reason))
        await means.store.put_file(keys.incoming(token), file, content_type=content_type)
    return Copied(token, None)


async def _write(some: Sequence[Any], copied: Sequence[Copied], target: Target, means: Means) -> list[int]:
    """Write down what became of each; the ids of the new pictures."""
    made, needless = {}, []
    async with target.connection.transaction():
        for row, copy in zip(some, copied, strict=True):
            media_id, reason = None, copy.reason
            if copy.token is not None:
                added = await target.connection.fetchrow(ADD, copy.token, row["tweet_id"], row["place"])
                if added is not None:
                    media_id = added["id"]
                    made[media_id] = changes.picture(row["tweet_id"], added["owner_id"])
                else:
                    needless.append(keys.incoming(copy.token))
                    reason = "its tweet is not here any more"
            which = row["tweet_id"], row["picture_id"]
            await target.connection.execute(SETTLE, target.fingerprint, *which, media_id, reason)
    await changes.tell({topic for topics in made.values() for topic in topics})
    for key in needless:
        await means.store.delete(key)
    return list(made)
