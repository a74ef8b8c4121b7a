"""Tasks about previews of the pages that tweets link to. They may run at the same time and twice."""

from __future__ import annotations

import asyncio
import logging
import secrets
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import msgspec

from server.core.outbound.fetcher import Fetched, Fetcher, NotFetched
from server.features.previews import previews
from server.features.previews.previews import Card, Due, Picture
from server.operations import ownership
from storage.base import StorageUnavailable
from tasks.picture_worker import ChildDied, PictureRefused, SlowPicture
from tasks.task import Task
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)

# Of a page, only so much is read: what it says about itself is near its beginning.
PAGE_TYPES, PAGE_BYTES = ("text/html", "application/xhtml+xml"), 1 << 20
PICTURE_TYPES, PICTURE_BYTES = ("image/",), 8 << 20

# More bytes than the small variant of a still picture ever has: an animation may have more.
SHOWN_BYTES = 400_000

AT_ONCE = 4

CHILD = (sys.executable, "-I", "-m", "tasks.page_child")
CHILD_SECONDS = 10


class Said(msgspec.Struct, frozen=True):
    """What a page says about itself (`tasks.page_child`)."""

    title: str
    description: str
    site: str
    picture: str
    alt: str


SAID = msgspec.json.Decoder(Said)


async def fetch(workshop: Means) -> None:
    """Give tweets the previews that they want, and fetch those that are due."""
    settings = workshop.settings
    while await previews.take_some():
        pass
    if not settings.previews or await ownership.is_rehearsal():
        return
    async with Fetcher(settings.public_url, settings.previews_exceptions) as fetcher:
        while await fetch_some(workshop, fetcher):
            pass


async def fetch_some(workshop: Workshop, fetcher: Fetcher) -> bool:
    """Fetch some that are due, one at a time from each host; return whether there were any."""
    due = await previews.claim_some()
    turns, hosts = asyncio.Semaphore(AT_ONCE), defaultdict[str | None, asyncio.Lock](asyncio.Lock)

    async def go(preview: Due) -> None:
        async with hosts[urlsplit(preview.url).hostname], turns:
            await _renew(preview, workshop, fetcher)

    async with asyncio.TaskGroup() as group:
        for preview in due:
            group.create_task(go(preview))
    if due and await previews.make_room(workshop.settings.previews_max_bytes):
        log.info("made room for previews (PREVIEWS_MAX_BYTES)")
    return bool(due)


async def sweep(workshop: Means) -> None:
    """Delete previews that no tweet has any more."""
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
    picture = await _picture(urljoin(page.url, said.picture), workshop, fetcher) if said.picture else None
    return Card(said.title, said.description, said.site, said.alt if picture else "", picture)


async def read_page(page: Fetched) -> Said:
    """What a page says about itself, read by a child with limits. Raises NotFetched."""
    child = await asyncio.create_subprocess_exec(
        *CHILD,
        *([page.charset] if page.charset else []),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(CHILD_SECONDS):
            output, _ = await child.communicate(page.body)
        return SAID.decode(output)
    except TimeoutError:
        raise NotFetched("the page takes too long to read", is_final=True) from None
    except msgspec.DecodeError:
        raise NotFetched(f"the page can't be read (exit code {child.returncode})", is_final=True) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _picture(url: str, workshop: Workshop, fetcher: Fetcher) -> Picture | None:
    """The picture of a page as it is shown, made in a sandbox; None if there is none that can be used."""
    try:
        original = await fetcher.fetch(url, PICTURE_TYPES, PICTURE_BYTES)
        with tempfile.TemporaryDirectory(prefix="preview-", dir=workshop.scratch) as name:
            folder = Path(name)
            (folder / "original").write_bytes(original.body)
            made = await workshop.pictures.make_variants(folder / "original", folder, lane="quick")
            body = made.small.read_bytes()
    except (NotFetched, PictureRefused, SlowPicture, ChildDied, StorageUnavailable) as failure:
        log.debug("a preview has no picture: %s", failure)
        return None
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
