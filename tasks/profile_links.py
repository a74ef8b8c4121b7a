"""The task that finds out which links on profiles lead back. It may run twice, and beside others."""

from __future__ import annotations

import asyncio
import logging
import time

from server.core.outbound.fetcher import Fetcher, NotFetched
from server.features.people import profile_links
from server.features.people.profile_links import Due
from server.operations import ownership
from tasks.page_reader import PAGE_BYTES, PAGE_TYPES, read_page
from tasks.task import Task
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)

# Another task goes on after this many seconds, so that other work of this worker isn't held up for long.
TASK_SECONDS = 45


async def verify(workshop: Means) -> None:
    """Find out which links on profiles lead back to them. Without PUBLIC_URL, none could.

    A worker has one such task at a time.
    """
    if workshop.at_links.locked():
        return
    async with workshop.at_links:
        settings, is_safe = workshop.settings, workshop.pictures.unsafe is None
        if settings.previews and settings.public_origin and is_safe and not await ownership.is_rehearsal():
            async with Fetcher(settings.public_url, settings.previews_exceptions) as fetcher:
                await work_off(workshop, fetcher)


async def work_off(workshop: Workshop, fetcher: Fetcher) -> None:
    """Look at the pages that are due, for TASK_SECONDS at most, or until each was claimed."""
    until = time.monotonic() + TASK_SECONDS
    while time.monotonic() < until:
        due = await profile_links.claim_some()
        if not due:
            return
        async with asyncio.TaskGroup() as group:
            for link in due:
                group.create_task(_look(link, workshop.settings.public_origin or "", fetcher))


async def _look(link: Due, site: str, fetcher: Fetcher) -> None:
    try:
        page = await fetcher.fetch(link.value, PAGE_TYPES, PAGE_BYTES, truncates=True)
        said = await read_page(page)
    except NotFetched as failure:
        # Not the address: it may be private.
        log.debug("the page of profile link %d was not fetched: %s", link.id, failure)
        await profile_links.put_off(link, is_final=failure.is_final)
    except Exception as failure:
        # One page must not hold up the others, nor be the first in the queue again.
        log.exception("profile link %d failed: %s", link.id, type(failure).__name__)
        await profile_links.put_off(link, is_final=False)
    else:
        await profile_links.save(link, leads_back=profile_links.leads_back(site, link, page.url, said.me))


TASKS = (Task(profile_links.VERIFY.name, verify, cron="* * * * *"),)
