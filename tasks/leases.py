"""Leases: who works on something says so again and again, and who is gone stops saying it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from server.core.transient import is_passing

log = logging.getLogger(__name__)

T = TypeVar("T")

# What goes round still is cancelled once more. Seconds.
CANCEL_AGAIN = 1.0


class LeaseLost(Exception):
    """Somebody else has the work now."""


class Stopping(Exception):
    """This process stops; the work was cancelled."""


@asynccontextmanager
async def renewed(
    renew: Callable[[], Awaitable[object]], *, every: float
) -> AsyncIterator[asyncio.Task[None]]:
    """While the block lasts, call `renew` every so many seconds. The task that does ends when it says False.

    A database or a Redis that is away for a moment is asked again the next time; after any other error the
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
    """Do the work while the lease can be renewed and nobody stops this process.

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
                await cancelled(doing)  # renewed still, while it cleans up
    finally:
        await cancelled(stopping)


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel it, and see it ended when it has cleaned up; what it says then is of no interest any more."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # looked at, so that nobody is warned of it


async def ended(task: asyncio.Task[Any]) -> None:
    """The same, again and again, for what goes round for ever and has nothing to clean up that takes long.

    A library that connects may take a cancellation for a time-out of its own: then it goes round once more.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN)
    if not task.cancelled():
        task.exception()
