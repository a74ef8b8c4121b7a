"""Tasks about previews of the pages that tweets link to. Each may run twice, and beside others."""

from __future__ import annotations

import asyncio
import logging
import secrets
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urljoin

from server.core.outbound.fetcher import Fetcher, NotFetched
from server.features.previews import previews
from server.features.previews.previews import Card, Due, Picture
from server.operations import ownership
from storage import object_keys
from storage.base import StorageUnavailable
from tasks.page_reader import PAGE_BYTES, PAGE_TYPES, read_page
from tasks.picture_worker import ChildDied, PictureRefused, SlowPicture
from tasks.task import Task
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)

PICTURE_TYPES, PICTURE_BYTES = ("image/",), 8 << 20

# More bytes than the small variant of a still picture ever has: an animation may have more.
SHOWN_BYTES = 400_000

AT_ONCE = 4

# Another task goes on after this many seconds, so that other work of this worker isn't held up for long.
TASK_SECONDS = 45


async def fetch(workshop: Means) -> None:
    """Give tweets the previews that they want, and fetch those that are due.

    A worker has one such task at a time.
    """
    if workshop.at_previews.locked():
        return
    async with workshop.at_previews:
        settings, is_safe = workshop.settings, workshop.pictures.unsafe is None
        fetches = settings.previews and is_safe and not await ownership.is_rehearsal()
        async with Fetcher(settings.public_url, settings.previews_exceptions) as fetcher:
            await work_off(workshop, fetcher, fetches=fetches)


async def work_off(workshop: Workshop, fetcher: Fetcher, *, fetches: bool) -> None:
    """Do all that is to be done, for TASK_SECONDS at most.

    Args:
        fetches: whether to fetch pages; if not, this only announces changes.
    """
    until, has_renewed = time.monotonic() + TASK_SECONDS, False
    while time.monotonic() < until:
        if await previews.take_some():
            continue
        if await _renew_some(workshop, fetcher, fetches=fetches):
            has_renewed = True
            continue
        if not has_renewed or not await previews.make_room(workshop.settings.previews_max_bytes):
            return
        log.info("made room for previews (PREVIEWS_MAX_BYTES)")


async def _renew_some(workshop: Workshop, fetcher: Fetcher, *, fetches: bool) -> bool:
    """Renew some that are due, one at a time from each host; return whether there were any."""
    due = await previews.claim_some(fetches=fetches)
    until = time.monotonic() + (previews.CLAIM - previews.FETCH_TIME).total_seconds()
    turns, hosts = asyncio.Semaphore(AT_ONCE), defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def go(preview: Due) -> None:
        host = preview.url.split("/", 3)[2]
        async with hosts[host], turns:
            if time.monotonic() > until:
                await previews.give_back(preview)
                return
            try:
                await _renew(preview, workshop, fetcher)
            except Exception as failure:
                # One page must not hold up the others, nor be the first in the queue again.
                log.exception("preview %d failed: %s", preview.id, type(failure).__name__)
                await previews.fail(preview, is_final=False)

    async with asyncio.TaskGroup() as group:
        for preview in due:
            group.create_task(go(preview))
    return bool(due)


async def sweep(workshop: Means) -> None:
    """Delete previews that no tweet has any more, and empty those for which there is no room."""
    await previews.make_room(workshop.settings.previews_max_bytes)
    if count := await previews.sweep():
        log.info("deleted %d previews that no tweet has any more", count)


async def _renew(preview: Due, workshop: Workshop, fetcher: Fetcher) -> None:
    if preview.is_due:
        try:
            card = await card_of(preview.url, workshop, fetcher)
        except NotFetched as failure:
            # Not the address: it may be private.
            log.debug("the page of preview %d was not fetched: %s", preview.id, failure)
            await previews.fail(preview, is_final=failure.is_final)
        else:
            await previews.save(preview, card)
    await previews.spread(preview)


async def card_of(url: str, workshop: Workshop, fetcher: Fetcher) -> Card:
    """Fetch a page, with the picture that it names. Raises NotFetched."""
    page = await fetcher.fetch(url, PAGE_TYPES, PAGE_BYTES, truncates=True)
    said = await read_page(page)
    if not said.title:
        raise NotFetched("the page has no title", is_final=True)
    picture, keeps = None, False
    if said.picture:
        try:
            picture = await _picture(page.url, said.picture, workshop, fetcher)
        except (PictureRefused, SlowPicture):
            pass
        except (NotFetched, ChildDied, StorageUnavailable) as failure:
            keeps = not (isinstance(failure, NotFetched) and failure.is_final)
            log.debug("a preview has no picture: %s", failure)
    return Card(said.title, said.description, said.site, said.alt if picture else "", picture, keeps)


async def _picture(page: str, named: str, workshop: Workshop, fetcher: Fetcher) -> Picture | None:
    """The picture that a page names, as it is shown, made in a sandbox; None if it is no address.

    Raises:
        NotFetched, PictureRefused, SlowPicture: it isn't there, or it can't be used.
        ChildDied, StorageUnavailable: it couldn't be made just now.
    """
    try:
        url = urljoin(page, named)
    except ValueError:
        return None
    original = await fetcher.fetch(url, PICTURE_TYPES, PICTURE_BYTES, page=page)
    with tempfile.TemporaryDirectory(prefix="preview-", dir=workshop.scratch) as name:
        folder = Path(name)
        (folder / "original").write_bytes(original.body)
        made = await workshop.pictures.make_variants(folder / "original", folder, lane="quick")
        body = made.files[object_keys.SMALL].read_bytes()
    if len(body) > SHOWN_BYTES:
        return None
    shape = made.variants
    return Picture(
        body, shape.content_type, secrets.token_hex(16), shape.width, shape.height, shape.thumbhash
    )


TASKS = (
    Task(previews.FETCH.name, fetch, cron="* * * * *"),
    Task("previews.sweep", sweep, cron="27 * * * *"),
)
