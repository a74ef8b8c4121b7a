"""Alerts: telling people once that something is wrong, and once that it is right again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from config import error_reports
from config.pauses import spread
from server.core.database.connection import row, rows, transaction
from server.operations import condition, ownership
from server.operations.condition import Trouble
from tasks import disks
from tasks.task import Task
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)

# How many seconds a webhook has to respond, and how many tries it gets now; the next minute brings more. The
# pause between tries is one second, then doubled.
POST_TIMEOUT, POST_TRIES = 5, 3

LOCKED = "SELECT trouble FROM instance FOR UPDATE SKIP LOCKED"
REMEMBER = "UPDATE instance SET trouble = $1::jsonb RETURNING id"
POSTED = "UPDATE instance SET trouble = jsonb_set(trouble, '{posted}', $1::jsonb) RETURNING id"


async def tell_changes(workshop: Means) -> None:
    """Compare the current troubles with those last reported; report the changes. A rehearsal reports none."""
    if await ownership.is_rehearsal():
        return
    found = await condition.troubles(workshop.timetable, workshop.jobs) + await disks.troubles(workshop)
    async with transaction():
        known = await row(LOCKED)
        if known is None:  # another worker is reporting
            return
        told = msgspec.json.decode(known["trouble"])
        now = sorted(trouble.word for trouble in found)
        if now != told.get("said", []):
            say(found)
            told["said"] = now
            await rows(REMEMBER, msgspec.json.encode(told).decode())
        posting = now != told.get("posted", [])
    if posting:
        await post(found, workshop)
        await rows(POSTED, msgspec.json.encode(now).decode())


def say(found: Sequence[Trouble]) -> None:
    """Report it in the log and, if they are set up, in the error reports."""
    if found:
        log.error("degraded: %s", "; ".join(trouble.told for trouble in found))
    else:
        log.warning("recovered: no longer degraded")
        error_reports.tell("recovered: no longer degraded")


async def post(found: Sequence[Trouble], workshop: Workshop) -> None:
    """Post to ALERT_WEBHOOK_URL. Raises OSError if that fails, so that it is tried again later."""
    url = workshop.settings.alert_webhook_url
    if url is None:
        return
    import aiohttp  # comes with aiobotocore; it would cost 10 MB even without a webhook

    body = message(found, workshop.settings.instance_name)
    timeout = aiohttp.ClientTimeout(total=POST_TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for attempt in range(POST_TRIES):
            try:
                # Redirects aren't followed: they could lead to another machine on this network.
                async with session.post(url, json=body, allow_redirects=False) as answer:
                    if answer.status < 300:
                        return
                    reason = f"it responded with {answer.status}"
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = type(error).__name__
            await asyncio.sleep(spread(2**attempt))
    raise ConnectionError(f"ALERT_WEBHOOK_URL doesn't accept the message: {reason}")


def message(found: Sequence[Trouble], instance: str) -> dict[str, Any]:
    """The body to post; chat services show `text`."""
    sentences = [trouble.told for trouble in found]
    state = "degraded" if found else "ok"
    return {
        "instance": instance,
        "state": state,
        "reasons": sentences,
        "at": datetime.now(UTC).isoformat(),
        "text": f"{instance}: {'; '.join(sentences) if found else 'no longer degraded'}",
    }


TASKS = (Task("health.tell_changes", tell_changes, cron="* * * * *"),)
