"""A bucket that doesn't answer, or answers nonsense: every call fails within its time budget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import pytest_asyncio

from storage import budget
from storage.base import CHUNK, StorageUnavailable
from storage.multipart import PART
from storage.s3 import S3Store
from tests import proxy, servers
from tests.proxy import SERVER_ERROR, Answer, Cut, Hang, Mode, Proxy, Refuse
from tests.waiting import PATIENCE

# Replaces the time budget of a call, and what each part of a large body adds to it. In seconds.
BUDGET, A_PART = 2, 2

NO_MORE = Answer(b"HTTP/1.1 206 Partial Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

Call = Callable[[S3Store], Coroutine[Any, Any, object]]


async def body(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def put(store: S3Store) -> object:
    return await store.put("key", body(b"x"), content_type="text/plain")


async def read(store: S3Store) -> object:
    async with store.read("key") as found:
        return [piece async for piece in found.body]


async def listed(store: S3Store) -> object:
    return [item async for item in store.list()]


CALLS: dict[str, Call] = {
    "check": lambda store: store.check(),
    "put": put,
    "read": read,
    "info": lambda store: store.info("key"),
    "delete": lambda store: store.delete("key"),
    "list": listed,
}


@pytest.fixture
def gate(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(budget, "BUDGET", BUDGET)
    monkeypatch.setattr(budget, "SLOWEST", PART / A_PART)
    with proxy.before_http(moto_url) as found:
        yield found


@pytest_asyncio.fixture
async def store(gate: Proxy, moto_url: str) -> AsyncIterator[S3Store]:
    await servers.make_bucket(servers.bucket(moto_url, "away"))
    found = S3Store(servers.bucket(gate.url, "away"))
    await found.open()
    await put(found)
    yield found
    await found.close()


@pytest.mark.fault("storage")
@pytest.mark.parametrize(
    "mode",
    [SERVER_ERROR, Refuse(), Hang(), Cut(after=0, way="to client")],
    ids=["answers 500", "refuses", "hangs", "cuts"],
)
async def test_every_call_to_an_unreachable_bucket_ends_in_time(
    store: S3Store, gate: Proxy, mode: Mode
) -> None:
    gate.mode = mode
    began = time.monotonic()
    said = await asyncio.gather(*(call(store) for call in CALLS.values()), return_exceptions=True)
    assert time.monotonic() - began < 10, "with all tries, a call that has no budget takes 24 s and more"
    assert dict(zip(CALLS, map(type, said), strict=True)) == dict.fromkeys(CALLS, StorageUnavailable)
    gate.cut()
    gate.mode = proxy.Pass()
    assert await put(store)


@pytest.mark.fault("storage")
async def test_an_object_that_ends_early_is_not_mistaken_for_a_complete_one(
    store: S3Store, gate: Proxy
) -> None:
    await store.put("large", body(b"x" * (CHUNK + 1)), content_type="text/plain")
    async with store.read("large") as found:
        assert len(await anext(aiter(found.body))) == CHUNK
        gate.mode = NO_MORE
        with pytest.raises(StorageUnavailable, match=rf"sent large only up to byte {CHUNK} of {CHUNK + 1}"):
            await anext(aiter(found.body))
    gate.mode = proxy.Pass()
    await store.delete("large")


@pytest.mark.fault("storage")
async def test_an_upload_to_a_bucket_that_stops_reading_is_given_up(store: S3Store, gate: Proxy) -> None:
    async def hanging() -> AsyncIterator[bytes]:
        yield b"x" * (2 * PART)
        gate.mode = Hang()
        yield b"x" * PART

    # First the start or a part hangs, then the attempt to abort the upload; without a limit that would take
    # forever.
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(StorageUnavailable):
            await store.put("given-up", hanging(), content_type="text/plain")
    gate.cut()
    gate.mode = proxy.Pass()
    assert "given-up" not in [item.key async for item in store.list()]
