"""Tasks about pictures. Each takes ids, reads the rows again, and may run twice without harm."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from pathlib import Path

from server.domain import media, media_cleanup
from storage import keys
from storage.base import ObjectNotFound, ObjectStore
from storage.files import chunks_of
from tasks.leases import renewed
from tasks.picture_worker import ChildDied, PictureRefused, make_variants
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)


async def process_picture(media_id: int, workshop: Means) -> None:
    """Make a pending picture's variants, or settle it as broken."""
    token = await media.begin_attempt(media_id)
    if token is None:
        return
    try:
        async with renewed(lambda: media.renew_attempt(media_id), every=media.ATTEMPT_LEASE / 4):
            with tempfile.TemporaryDirectory(prefix="picture-", dir=workshop.scratch) as folder:
                await _process(media_id, token, Path(folder), workshop)
    except ChildDied:  # perhaps over this picture: that counts
        raise
    except BaseException:
        await media.give_back(media_id)
        raise
    finally:
        await media.end_attempt(media_id)


async def remove_pictures(media_ids: list[int], workshop: Means) -> None:
    """Delete the objects and rows of pictures whose tweet was deleted, or that nobody took."""
    await media_cleanup.remove(media_ids, workshop.store, workshop.media_folder)


async def resume_forgotten(workshop: Means) -> None:
    """Queue again what a crash between commit and queue has left."""
    if count := await media_cleanup.resume(workshop.jobs):
        log.info("resumed the work on %d pictures", count)


async def expire_unattached(workshop: Means) -> None:
    """Remove pictures that no tweet took within a day."""
    if count := await media_cleanup.expire_unattached(workshop.jobs):
        log.info("%d pictures that no tweet took are removed", count)


async def sweep_incoming(workshop: Means) -> None:
    """Delete originals that nobody will ask for any more."""
    await media_cleanup.sweep_incoming(workshop.store)


async def _process(media_id: int, token: str, folder: Path, workshop: Workshop) -> None:
    original = folder / "original"
    try:
        await _fetch(workshop.store, keys.incoming(token), original)
        made = await make_variants(original, folder)
    except ObjectNotFound:
        await media.settle_broken(media_id, "The uploaded file was lost; please upload it again.")
        return
    except PictureRefused as refused:
        await media.settle_broken(media_id, str(refused))
        await workshop.store.delete(keys.incoming(token))
        return
    names = {token: made.large, token + keys.SMALL: made.small}
    for name, file in names.items():
        key = keys.variant(workshop.media_folder, name)
        await workshop.store.put(key, chunks_of(file), content_type=made.variants.content_type)
    if not await media.settle_ready(media_id, made.variants):
        for key in keys.all_of_picture(token, workshop.media_folder):
            await workshop.store.delete(key)
        return
    await workshop.store.delete(keys.incoming(token))


async def _fetch(store: ObjectStore, key: str, file: Path) -> None:
    async with store.read(key) as found:
        with file.open("wb") as out:
            async for chunk in found.body:
                await asyncio.to_thread(out.write, chunk)
