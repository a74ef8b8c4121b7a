"""Waiting for a condition with a time limit. Nothing else in the tests may sleep: `make lint` checks that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

# Far more than anything here takes, so that a busy machine fails no test. A test that promises a time limit
# passes its own.
PATIENCE = 30

EVERY = 0.02


def wait_for(happens: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Wait until `happens()` is true; fail with a sentence if that takes longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(EVERY)  # noqa: TID251


async def until(
    happens: Callable[[], bool | Awaitable[bool]], *, within: float = PATIENCE, every: float = EVERY
) -> float:
    """The same without blocking the event loop. Returns the seconds that it took."""
    began = time.monotonic()
    while True:
        found = happens()
        if found if isinstance(found, bool) else await found:
            return time.monotonic() - began
        assert time.monotonic() < began + within, f"it did not happen within {within} s"
        await asyncio.sleep(every)  # noqa: TID251


async def until_gone(find: Callable[[], Awaitable[Any]], *, within: float = PATIENCE) -> None:
    """Wait until `find()` returns a false value, such as an empty list or 0."""

    async def is_gone() -> bool:
        return not await find()

    await until(is_gone, within=within)


async def lasting(seconds: float) -> None:
    """Let time pass if the test is about time: how long a fault lasts, or how slowly a client sends.

    Don't use it to give something time to happen.
    """
    await asyncio.sleep(seconds)  # noqa: TID251


async def turns(count: int = 1) -> None:
    """Give the event loop this many turns, so that tasks that are ready run."""
    for _ in range(count):
        await asyncio.sleep(0)  # noqa: TID251
