"""Leases: renewed quietly, and reliably ended."""

from __future__ import annotations

import asyncio

import pytest

from tasks import leases
from tasks.leases import renewed
from tests.waiting import turns


async def test_a_lease_that_cannot_be_renewed_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = iter([OSError("away"), OSError("away"), None, OSError("away"), OSError("away")])
    over = asyncio.Event()

    async def renew() -> None:
        match next(answers, over):
            case OSError() as error:
                raise error
            case asyncio.Event():
                over.set()

    async with renewed(renew, every=0.001):
        await asyncio.wait_for(over.wait(), 10)
    assert sum("can't renew a lease" in line for line in caplog.messages) == 2


async def test_a_loop_that_mistakes_a_cancellation_for_a_timeout_still_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leases, "CANCEL_AGAIN", 0.01)
    rounds = 0

    async def go_round() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if rounds > 1:
                    raise

    task = asyncio.create_task(go_round())
    await turns()
    async with asyncio.timeout(10):
        await leases.ended(task)
    assert (task.cancelled(), rounds) == (True, 2)
