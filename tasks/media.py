"""Tasks about pictures. Each takes ids, reads the rows again, and may run twice without harm."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from server.features.media import cleanup as media_cleanup
from server.features.media.jobs import PROCESS, PROCESS_SLOWLY, REMOVE, processing
from server.operations.queues import SLOW_STREAM
from storage import object_keys
from storage.base import ObjectNotFound
from tasks import picture_attempts
from tasks.leases import renewed
from tasks.picture_worker import ChildDied, Lane, PictureRefused, SlowPicture
from tasks.task import Task
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)


async def process_picture(media_id: int, workshop: Means) -> None:
    """Make a pending picture's variants, or settle it as broken; what takes long goes to the slow lane."""
    await _in_turn(media_id, workshop, "quick", turns=workshop.settings.worker_concurrency)


async def process_slow_picture(media_id: int, workshop: Means) -> None:
    """Process a slow picture, however long it takes; one at a time per user."""
    await _in_turn(media_id, workshop, "slow", turns=1)


async def _in_turn(media_id: int, workshop: Workshop, lane: Lane, *, turns: int) -> None:
    """Process it if its owner has a turn left in that lane; their next picture then queues behind others'.

    If a try fails for a reason other than the picture, such as an unavailable store, the next would fail too,
    so `resume_forgotten` takes up what waits.
    """
    slow = lane == "slow"

    async def go_on() -> None:
        for following in await picture_attempts.next_in_turn(media_id, slow=slow, turns=turns):
            await workshop.jobs.send(processing(slow=slow), following)

    try:
        token = await picture_attempts.begin(media_id, slow=slow, turns=turns)
        if token is None:
            return
        await _attempt(media_id, token, workshop, lane)
    except picture_attempts.TriesUsedUp as over:
        await workshop.jobs.wake(over.token)
    except ChildDied:
        await go_on()
        raise
    await go_on()


async def _attempt(media_id: int, token: str, workshop: Workshop, lane: Lane) -> None:
    try:
        often = picture_attempts.ATTEMPT_LEASE / 4
        async with renewed(lambda: picture_attempts.renew(media_id), every=often):
            with tempfile.TemporaryDirectory(prefix="picture-", dir=workshop.scratch) as folder:
                needless = await _settle(media_id, token, Path(folder), workshop, lane)
    except SlowPicture:
        await picture_attempts.give_back(media_id, slow=True)
        await workshop.jobs.send(PROCESS_SLOWLY, media_id)
        return
    except ChildDied:  # perhaps because of this picture, so the try counts
        await picture_attempts.end(media_id)
        await workshop.jobs.wake(token)  # nobody should wait for the next try
        raise
    except BaseException:
        await picture_attempts.give_back(media_id)
        await workshop.jobs.wake(token)
        raise
    await workshop.jobs.wake(token)
    for key in needless:
        await workshop.store.delete(key)
    await picture_attempts.end(media_id)


async def remove_pictures(media_ids: list[int], workshop: Means) -> None:
    """Delete the objects and rows of pictures whose tweet was deleted, or that no tweet used."""
    await media_cleanup.remove(media_ids, workshop.store, workshop.media_folder)


async def resume_forgotten(workshop: Means) -> None:
    """Queue again the pictures that a crash between commit and queue left behind."""
    if count := await media_cleanup.resume(workshop.jobs):
        log.info("resumed work on %d pictures", count)


async def expire_unattached(workshop: Means) -> None:
    """Remove pictures that no tweet used within a day."""
    if count := await media_cleanup.expire_unattached(workshop.jobs):
        log.info("removing %d pictures that no tweet uses", count)


async def sweep_incoming(workshop: Means) -> None:
    """Delete originals that nobody will ask for any more."""
    await media_cleanup.sweep_incoming(workshop.store)


async def _settle(media_id: int, token: str, folder: Path, workshop: Workshop, lane: Lane) -> Sequence[str]:
    """Make the variants and record them, or why they failed; return the keys that are no longer needed."""
    original, incoming = folder / "original", object_keys.incoming(token)
    try:
        await workshop.store.fetch(incoming, original)
        purpose = await picture_attempts.purpose_of(media_id)
        made = await workshop.pictures.make_variants(original, folder, purpose=purpose, lane=lane)
    except ObjectNotFound:
        await picture_attempts.settle_broken(media_id, "The uploaded file was lost; please upload it again.")
        return []
    except PictureRefused as refused:
        await picture_attempts.settle_broken(media_id, str(refused))
        return [incoming]
    async with asyncio.TaskGroup() as group:
        for suffix, file in made.files.items():
            key = object_keys.variant(workshop.media_folder, token + suffix)
            content_type = made.variants.content_type
            group.create_task(workshop.store.put_file(key, file, content_type=content_type))
    if not await picture_attempts.settle_ready(media_id, made.variants):  # removed meanwhile
        return object_keys.all_of_picture(token, workshop.media_folder)
    return [incoming]


TASKS = (
    Task(PROCESS.name, process_picture),
    Task(PROCESS_SLOWLY.name, process_slow_picture, stream=SLOW_STREAM),
    Task(REMOVE.name, remove_pictures),
    Task("media.resume_forgotten", resume_forgotten, cron="* * * * *"),
    Task("media.expire_unattached", expire_unattached, cron="17 * * * *"),
    Task("media.sweep_incoming", sweep_incoming, cron="37 * * * *"),
)
