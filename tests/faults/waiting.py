"""Waiting for what a fault has to become."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(happens: Callable[[], bool | Awaitable[bool]], *, within: float) -> float:
    """Wait until it does; after how many seconds that was. Fails where it takes longer than `within`."""
    began = time.monotonic()
    while True:
        found = happens()
        if found if isinstance(found, bool) else await found:
            return time.monotonic() - began
        assert time.monotonic() < began + within, f"it did not happen within {within} s"
        await asyncio.sleep(0.02)
