"""Helpers that the picture tests share."""

from __future__ import annotations

from httpx import Response

from storage import object_keys
from storage.base import ObjectStore
from tests.callers import Caller
from tests.waiting import until_gone


async def objects(store: ObjectStore) -> list[str]:
    return [item.key async for item in store.list() if not item.key.startswith(object_keys.MARKERS)]


async def stored(store: ObjectStore) -> list[str]:
    """The stored keys once workers have removed the originals, which they do after the answer."""

    async def originals() -> list[str]:
        return [key for key in await objects(store) if key.startswith(object_keys.INCOMING)]

    await until_gone(originals)
    return await objects(store)


def token_of(url: str) -> str:
    """The random token in a picture's address."""
    return url.rsplit("/", 1)[1].partition("?")[0]


async def fetch(caller: Caller, url: str, method: str = "GET", **headers: str) -> Response:
    return await caller.send(method, url, headers=headers)
