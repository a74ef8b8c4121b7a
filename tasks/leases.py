"""Leases: a worker keeps renewing its claim to some work; the claim of a dead worker runs out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from server.core.transient import is_passing

log = logging.getLogger(__name__)

T = TypeVar("T")

# The seconds after which a task that still runs is cancelled once more.
CANCEL_AGAIN = 1.0


class LeaseLost(Exception):
    """Another worker has the work now."""


class Stopping(Exception):
    """This process is stopping; the work was cancelled."""


@asynccontextmanager
async def renewed(
    renew: Callable[[], Awaitable[object]], *, every: float
) -> AsyncIterator[asyncio.Task[None]]:
    """While the block lasts, call `renew` every `every` seconds. The yielded task ends if it returns False.

    If the database or Redis is away for a moment, it is tried again the next time; after any other error the
    lease is left to run out.
    """

    async def repeat() -> None:
        complained = False
        while True:
            await asyncio.sleep(every)
            try:
                if await renew() is False:
                    return
                complained = False
            except Exception as error:
                if not is_passing(error):
                    log.exception("stopped renewing a lease")
                    return
                if not complained:
                    log.warning("can't renew a lease, retrying: %s", error)
                complained = True

    task = asyncio.create_task(repeat())
    try:
        yield task
    finally:
        await ended(task)


async def leased(
    work: Coroutine[Any, Any, T],
    renew: Callable[[], Awaitable[bool]],
    *,
    every: float,
    stop: asyncio.Event,
) -> T:
    """Do the work for as long as the lease can be renewed and this process isn't stopped.

    Raises:
        LeaseLost, Stopping: the work was cancelled, and has cleaned up.
    """
    doing = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        async with renewed(renew, every=every) as renewing:
            try:
                await asyncio.wait((doing, stopping, renewing), return_when=asyncio.FIRST_COMPLETED)
                if doing.done():
                    return doing.result()
                raise Stopping if stopping.done() else LeaseLost
            finally:
                await cancelled(doing)  # the lease is still renewed while it cleans up
    finally:
        await cancelled(stopping)


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel the task, and wait until it has cleaned up; its result or error no longer matters."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # retrieved, so that asyncio doesn't warn about it


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel repeatedly a task that loops for ever, and whose clean-up is short, until it ends.

    A library that is connecting may mistake the cancellation for a timeout of its own, so the loop continues.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN)
    if not task.cancelled():
        task.exception()
