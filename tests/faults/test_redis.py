"""Redis is only a hint: whatever happens to it, requests are answered and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest
from redis.asyncio import Redis

from tests import pictures
from tests.callers import Caller
from tests.faults.asking import asking, well
from tests.faults.conftest import Site
from tests.proxy import Hang, Mode, Refuse
from tests.thorough import much
from tests.waiting import lasting, until

# How many seconds it stays broken.
BROKEN_FOR = much(usually=1.5, thoroughly=15)

# Before an upload answers that processing takes longer, it waits for its message to be accepted and for the
# picture to be processed (`tasks.jobs.SEND_TIMEOUT`).
UPLOAD_WITHIN = 4


@pytest.mark.fault("redis")
@pytest.mark.parametrize("mode", [Refuse(), Hang()], ids=["refuses", "hangs"])
async def test_requests_are_answered_while_redis_is_down(
    site: Site, client: httpx.AsyncClient, alice: Caller, mode: Mode, measured: Callable[[str], None]
) -> None:
    async with asking(alice) as answers:
        site.redis.mode = mode
        began = time.monotonic()
        upload = await alice.upload(pictures.jpeg(300, 200))
        uploaded = time.monotonic() - began
        await lasting(max(0.0, BROKEN_FOR - uploaded))
        site.mend()
        back = await well(alice, within=10)
    assert not answers.wrong, answers.wrong[:3]
    assert set(answers.statuses) <= {200, 201}, answers.words
    assert max(answers.slowest.values()) < 2
    assert upload.status == 201
    assert uploaded < UPLOAD_WITHIN
    found = await site.rows("SELECT content FROM tweets WHERE content = ANY($1)", answers.published)
    assert len(found) == len(answers.published)
    began = time.monotonic()
    await until(lambda: made_at_once(alice), within=10)
    worker = time.monotonic() - began
    measured(
        f"{type(mode).__name__.lower()} for {BROKEN_FOR} s: {answers.words}, an upload {uploaded:.1f} s; "
        f"back after {back:.1f} s, pictures after {worker:.1f} s"
    )


async def made_at_once(who: Caller) -> bool:
    """Whether the worker learns of an upload, and the waiting upload learns of the worker."""
    answer = await who.upload(pictures.jpeg(300, 200))
    return answer.status == 201 and answer["media"]["state"] == "ready"


@pytest.mark.fault("redis")
async def test_a_flush_of_redis_loses_no_picture(
    site: Site, alice: Caller, measured: Callable[[str], None]
) -> None:
    async with Redis.from_url(site.own.redis.url) as redis, asking(alice) as answers:
        uploads = [asyncio.create_task(alice.upload(pictures.jpeg(900, 700))) for _ in range(6)]
        for _ in range(10):
            await redis.flushall()
            await lasting(0.05)
        uploaded = [await upload for upload in uploads]
    assert set(answers.statuses) <= {200, 201}, answers.words
    assert {upload.status for upload in uploaded} == {201}
    # Reconciliation finds what a flush has lost; a scheduler would run it every minute, and here the test
    # does.
    pending = await site.rows("SELECT id FROM media_attachments WHERE state = 'pending'")
    await until(lambda: made_at_once(alice), within=10)
    measured(f"flushed 10 times: {answers.words}, {len(pending)} of 6 pictures left to the reconciliation")
