"""How long a call to a bucket may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

# How many seconds a call may take with all its tries, and the bytes of its body that add another second: a
# slower server is as good as away. The client's own timeouts don't notice a server that stops taking a body.
BUDGET, SLOWEST = 12, 256 * 1024


async def within_budget(call: Awaitable[T], size: int = 0) -> T:
    """Wait for a call whose body has `size` bytes. Raises TimeoutError if it exceeds its time budget."""
    async with asyncio.timeout(BUDGET + size / SLOWEST):
        return await call
