"""Tasks about pictures. Each takes ids, reads the rows again, and may run twice without harm."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from server.features.media import cleanup as media_cleanup
from server.features.media import media
from storage import object_keys
from storage.base import ObjectNotFound
from tasks.leases import renewed
from tasks.picture_worker import ChildDied, Lane, PictureRefused, SlowPicture
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)


async def process_picture(media_id: int, workshop: Means) -> None:
    """Make a pending picture's variants, or settle it as broken; what takes long goes to the slow lane."""
    await _in_turn(media_id, workshop, "quick", turns=workshop.settings.worker_concurrency)


async def process_slow_picture(media_id: int, workshop: Means) -> None:
    """The same, however long it takes; of one user one at a time."""
    await _in_turn(media_id, workshop, "slow", turns=1)


async def _in_turn(media_id: int, workshop: Workshop, lane: Lane, *, turns: int) -> None:
    """Work on it if its owner has a turn left in that lane; their next then waits behind what others sent.

    After a try that says nothing of the picture, as the store is away, the next would fail too: what waits is
    taken up by `resume_forgotten`.
    """
    slow = lane == "slow"

    async def go_on() -> None:
        for following in await media.next_in_turn(media_id, slow=slow, turns=turns):
            await workshop.jobs.process_picture(following, slow=slow)

    try:
        token = await media.begin_attempt(media_id, slow=slow, turns=turns)
        if token is None:
            return
        await _attempt(media_id, token, workshop, lane)
    except media.TriesUsedUp as over:
        await workshop.jobs.wake(over.token)
    except ChildDied:
        await go_on()
        raise
    await go_on()


async def _attempt(media_id: int, token: str, workshop: Workshop, lane: Lane) -> None:
    try:
        async with renewed(lambda: media.renew_attempt(media_id), every=media.ATTEMPT_LEASE / 4):
            with tempfile.TemporaryDirectory(prefix="picture-", dir=workshop.scratch) as folder:
                needless = await _settle(media_id, token, Path(folder), workshop, lane)
    except SlowPicture:
        await media.give_back(media_id, slow=True)
        await workshop.jobs.process_picture(media_id, slow=True)
        return
    except ChildDied:  # perhaps over this picture: that counts
        await media.end_attempt(media_id)
        await workshop.jobs.wake(token)  # nobody is to wait for the next try
        raise
    except BaseException:
        await media.give_back(media_id)
        await workshop.jobs.wake(token)
        raise
    await workshop.jobs.wake(token)
    for key in needless:
        await workshop.store.delete(key)
    await media.end_attempt(media_id)


async def remove_pictures(media_ids: list[int], workshop: Means) -> None:
    """Delete the objects and rows of pictures whose tweet was deleted, or that nobody took."""
    await media_cleanup.remove(media_ids, workshop.store, workshop.media_folder)


async def resume_forgotten(workshop: Means) -> None:
    """Queue again what a crash between commit and queue has left."""
    if count := await media_cleanup.resume(workshop.jobs):
        log.info("resumed work on %d pictures", count)


async def expire_unattached(workshop: Means) -> None:
    """Remove pictures that no tweet took within a day."""
    if count := await media_cleanup.expire_unattached(workshop.jobs):
        log.info("removing %d pictures that no tweet uses", count)


async def sweep_incoming(workshop: Means) -> None:
    """Delete originals that nobody will ask for any more."""
    await media_cleanup.sweep_incoming(workshop.store)


async def _settle(media_id: int, token: str, folder: Path, workshop: Workshop, lane: Lane) -> Sequence[str]:
    """Make the variants and say that they are there, or why they are not; the keys that nobody needs then."""
    original, incoming = folder / "original", object_keys.incoming(token)
    try:
        await workshop.store.fetch(incoming, original)
        made = await workshop.pictures.make_variants(original, folder, lane=lane)
    except ObjectNotFound:
        await media.settle_broken(media_id, "The uploaded file was lost; please upload it again.")
        return []
    except PictureRefused as refused:
        await media.settle_broken(media_id, str(refused))
        return [incoming]
    names = {token: made.large, token + object_keys.SMALL: made.small}
    async with asyncio.TaskGroup() as both:
        for name, file in names.items():
            key, content_type = object_keys.variant(workshop.media_folder, name), made.variants.content_type
            both.create_task(workshop.store.put_file(key, file, content_type=content_type))
    if not await media.settle_ready(media_id, made.variants):  # removed meanwhile
        return object_keys.all_of_picture(token, workshop.media_folder)
    return [incoming]
