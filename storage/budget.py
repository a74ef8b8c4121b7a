"""How long a call to a bucket may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

# What a call may take with all its tries, and what its body adds: who takes fewer bytes in a second is as
# good as away. The client's own time-outs do not see a server that stops taking a body. Seconds; bytes.
BUDGET, SLOWEST = 12, 256 * 1024


async def within_budget(call: Awaitable[T], size: int = 0) -> T:
    """A call's answer; `size` of its body in bytes. Raises TimeoutError where it takes longer than it may."""
    async with asyncio.timeout(BUDGET + size / SLOWEST):
        return await call
