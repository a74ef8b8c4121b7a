"""Second copies of pictures, in the store of backups or in a bucket of their own (BACKUP_MEDIA).

Copies are only ever added, so credentials that can only write are enough. The copy of a deleted picture is
replaced by an empty object. In a versioned bucket its bytes then become an old version, which a rule of the
bucket removes after BACKUP_MEDIA_DAYS; elsewhere they are gone at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from config import redis_clients
from server.features.media.digests import BytesDiffer, checked
from storage import object_keys
from storage.base import ObjectNotFound, ObjectStore, StorageError, StorageUnavailable
from storage.owned import Standing
from tasks import copied_pictures
from tasks.copied_pictures import Picture
from tasks.task import Task
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)

# How many pictures are read from the database at once, and how many are copied in parallel.
BATCH, WRITERS = 200, 4

# How many seconds one run lasts; a run starts every minute.
TURN = 50

# The lock is only a hint: two workers that copy the same picture do no harm. It lasts longer, in seconds,
# than a turn and the slowest copy.
LOCK, LOCKED_FOR = "perch:copying", 300

# How many pictures' copies each restore test reads back.
SAMPLE = 20


@dataclass(slots=True)
class Checked:
    """What a restore test found: keys of copies that are missing or differ, and how many were read.

    `trouble` says why none could be read, for example because the credentials can only add objects.
    """

    read: int
    wrong: Sequence[str]
    trouble: str | None = None


async def copy_new(workshop: Means) -> None:
    """Copy pictures that have no copy yet, and empty the copies of those that are gone."""
    copies = workshop.copies
    if copies is None or not await _is_ours(workshop):
        return
    async with redis_clients.client(workshop.settings.redis_tasks) as redis:
        if not await redis.set(LOCK, b"", nx=True, ex=LOCKED_FOR):
            return
        try:
            await _empty_gone(copies)
            if count := await _copy_for(TURN, workshop, copies):
                log.info("copied %d pictures", count)
        except StorageUnavailable as error:
            log.warning("can't copy pictures, retrying in a minute: %s", error)
        finally:
            await redis.delete(LOCK)


async def _is_ours(workshop: Workshop) -> bool:
    """Whether both stores are. The copies of a Perch whose dumps are another's are that one's, too."""
    return all([await store.standing() is Standing.OWNER for store in (workshop.store, workshop.backups)])


async def _copy_for(seconds: float, workshop: Workshop, copies: ObjectStore) -> int:
    """Copy for at most `seconds`; return the number of pictures. Copies that failed before come last."""
    ends = time.monotonic() + seconds
    count = await _copy_until(ends, workshop, copies, begun=False)
    return count + await _copy_until(ends, workshop, copies, begun=True)


async def _copy_until(ends: float, workshop: Workshop, copies: ObjectStore, *, begun: bool) -> int:
    last, count = 0, 0
    while time.monotonic() < ends and (batch := await copied_pictures.uncopied(last, BATCH, begun=begun)):
        for start in range(0, len(batch), WRITERS):
            some = [_copy(picture, workshop, copies) for picture in batch[start : start + WRITERS]]
            for copied in await asyncio.gather(*some, return_exceptions=True):
                if isinstance(copied, BaseException):
                    raise copied
                count += copied
            if time.monotonic() > ends:
                break
        last = batch[-1].id
    return count


async def _copy(picture: Picture, workshop: Workshop, copies: ObjectStore) -> bool:
    """Copy one picture; return False if it was removed meanwhile, or is not what its row says.

    If it was removed, the copy just written is emptied, even if another worker has already done so.
    """
    if not await copied_pictures.mark(picture.id, done=False):
        return False
    try:
        for suffix in object_keys.suffixes(picture.digests):
            source = object_keys.variant(workshop.media_folder, picture.token + suffix)
            await transfer(
                workshop.store, source, copies, object_keys.copy(picture.token + suffix), picture, suffix
            )
    except (ObjectNotFound, BytesDiffer) as error:
        log.error("can't copy the picture %s: %s", picture.token[:8], error)
        return False
    if await copied_pictures.mark(picture.id, done=True):
        return True
    await copied_pictures.empty(picture.token, object_keys.suffixes(picture.digests))
    return False


async def _empty_gone(copies: ObjectStore) -> None:
    """Empty the copies of deleted pictures. The next run retries those that can't be written now."""
    while gone := await copied_pictures.to_empty(BATCH):
        for token, suffixes in gone:
            for suffix in suffixes:
                await copies.put(
                    object_keys.copy(token + suffix), _nothing(), content_type="application/x-empty"
                )
            await copied_pictures.emptied(token)


async def bring_back(missing: Sequence[str], workshop: Workshop) -> list[str]:
    """Restore these objects from their copies; return the keys of the restored ones.

    Args:
        missing: keys in the store of pictures.

    Raises:
        StorageUnavailable: a store does not respond, or the credentials don't allow reading the copies.
    """
    copies, prefix = workshop.copies, object_keys.variant(workshop.media_folder, "")
    if copies is None:
        return []
    names = {key: object_keys.MEDIA_NAME.fullmatch(key.removeprefix(prefix)) for key in missing}
    tokens = {named["token"] for named in names.values() if named}
    pictures = {picture.token: picture for picture in await copied_pictures.of_tokens(sorted(tokens))}
    back = []
    for key, named in names.items():
        if named is None or named["token"] not in pictures:
            continue
        suffix = named[0].removeprefix(named["token"])
        try:
            picture = pictures[named["token"]]
            await transfer(copies, object_keys.copy(named[0]), workshop.store, key, picture, suffix)
        except (ObjectNotFound, BytesDiffer) as error:
            log.warning("can't restore %s from its copy: %s", key, error)
            continue
        back.append(key)
    return back


async def check_sample(workshop: Workshop) -> Checked | None:
    """Read some copies back and compare them byte for byte with the pictures; None without BACKUP_MEDIA."""
    copies = workshop.copies
    if copies is None:
        return None
    found = await copied_pictures.sample(secrets.token_hex(16), SAMPLE)
    found += await copied_pictures.sample("", SAMPLE - len(found))
    wrong: list[str] = []
    read = 0
    for picture in {picture.token: picture for picture in found}.values():
        for suffix in object_keys.suffixes(picture.digests):
            key = object_keys.variant(workshop.media_folder, picture.token + suffix)
            try:
                original = await _digest(workshop.store, key)
                copy = await _digest(copies, object_keys.copy(picture.token + suffix))
            except StorageUnavailable as error:
                return Checked(read, wrong, str(error))
            if original is None:
                continue  # it was removed meanwhile, or is missing, which reconciliation will find
            read += 1
            if copy != original and await copied_pictures.of_tokens([picture.token]):
                wrong.append(object_keys.copy(picture.token + suffix))
    return Checked(read, wrong)


async def transfer(
    source: ObjectStore, key: str, target: ObjectStore, target_key: str, picture: Picture, suffix: str
) -> None:
    """Copy one variant as bytes: a link to the same file would not be a second copy.

    Raises:
        ObjectNotFound: the variant doesn't exist.
        BytesDiffer: it is empty or not what the row describes; nothing was stored.
    """
    async with source.read(key) as found:
        body = checked(found.body, picture.digests.get(suffix))
        await target.put(target_key, body, content_type=found.info.content_type)


async def _digest(store: ObjectStore, key: str) -> str | None:
    """The SHA-256 of an object; None if the object doesn't exist or is empty."""
    digest = hashlib.sha256()
    try:
        async with store.read(key) as found:
            async for piece in found.body:
                digest.update(piece)
    except ObjectNotFound:
        return None
    except StorageUnavailable:
        raise
    except StorageError:  # an empty object has no range to read
        return None
    return digest.hexdigest()


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


TASKS = (Task("media.copy_new", copy_new, cron="* * * * *"),)
