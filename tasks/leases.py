"""Leases: who works on something says so again and again, and who is gone stops saying it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from server.domain.passing import is_passing

log = logging.getLogger(__name__)


@asynccontextmanager
async def renewed(renew: Callable[[], Awaitable[object]], *, every: float) -> AsyncIterator[None]:
    """While the block lasts, call `renew` every so many seconds.

    A database or a Redis that is away for a moment is asked again the next time; any other error is logged,
    and the lease runs out.
    """

    async def repeat() -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await renew()
            except Exception as error:
                if not is_passing(error):
                    log.exception("a lease is not renewed any more")
                    return
                log.warning("cannot renew a lease: %s", error)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
