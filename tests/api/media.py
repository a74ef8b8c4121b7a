"""What the tests of pictures share."""

from __future__ import annotations

import asyncio
from typing import Any

from httpx import Response

from storage import keys
from storage.base import ObjectStore
from tests.callers import Caller


async def objects(store: ObjectStore) -> list[str]:
    return [item.key async for item in store.list()]


async def stored(store: ObjectStore) -> list[str]:
    """What is there once workers have done away with the originals, which happens behind an answer."""
    found = await objects(store)
    async with asyncio.timeout(10):
        while any(key.startswith(keys.INCOMING) for key in found):
            await asyncio.sleep(0.02)
            found = await objects(store)
    return found


async def fetch(caller: Caller, url: str, method: str = "GET", **headers: str) -> Response:
    return await caller.send(method, url, headers=headers)


async def eventually(empty: Any, *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while await empty():  # noqa: ASYNC110 (what is waited for is in another process)
            await asyncio.sleep(0.02)
