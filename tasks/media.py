"""Tasks about pictures. Each takes ids, reads the rows again, and may run twice without harm."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from pathlib import Path

from server.domain import media, media_cleanup
from storage import keys
from storage.base import ObjectNotFound
from tasks.leases import renewed
from tasks.picture_worker import ChildDied, Lane, PictureRefused, SlowPicture
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)


async def process_picture(media_id: int, workshop: Means) -> None:
    """Make a pending picture's variants, or settle it as broken; what takes long goes to the slow lane."""
    await _attempt(media_id, workshop, "quick")


async def process_slow_picture(media_id: int, workshop: Means) -> None:
    """The same, however long it takes."""
    await _attempt(media_id, workshop, "slow")


async def _attempt(media_id: int, workshop: Workshop, lane: Lane) -> None:
    token = await media.begin_attempt(media_id)
    if token is None:
        return
    try:
        async with renewed(lambda: media.renew_attempt(media_id), every=media.ATTEMPT_LEASE / 4):
            with tempfile.TemporaryDirectory(prefix="picture-", dir=workshop.scratch) as folder:
                await _process(media_id, token, Path(folder), workshop, lane)
    except SlowPicture:
        await media.give_back(media_id)
        await workshop.jobs.process_slow_picture(media_id)
    except ChildDied:  # perhaps over this picture: that counts
        await workshop.jobs.picture_settled(media_id)  # for now: nobody is to wait for the next try
        raise
    except BaseException:
        await media.give_back(media_id)
        await workshop.jobs.picture_settled(media_id)
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


async def _process(media_id: int, token: str, folder: Path, workshop: Workshop, lane: Lane) -> None:
    original = folder / "original"
    try:
        await workshop.store.fetch(keys.incoming(token), original)
        made = await workshop.pictures.make_variants(original, folder, lane=lane)
    except ObjectNotFound:
        await media.settle_broken(media_id, "The uploaded file was lost; please upload it again.")
        await workshop.jobs.picture_settled(media_id)
        return
    except PictureRefused as refused:
        await media.settle_broken(media_id, str(refused))
        await workshop.jobs.picture_settled(media_id)
        await workshop.store.delete(keys.incoming(token))
        return
    names = {token: made.large, token + keys.SMALL: made.small}
    async with asyncio.TaskGroup() as both:
        for name, file in names.items():
            key, content_type = keys.variant(workshop.media_folder, name), made.variants.content_type
            both.create_task(workshop.store.put_file(key, file, content_type=content_type))
    if not await media.settle_ready(media_id, made.variants):
        for key in keys.all_of_picture(token, workshop.media_folder):
            await workshop.store.delete(key)
        return
    await workshop.jobs.picture_settled(media_id)
    await workshop.store.delete(keys.incoming(token))
