"""Bodies that are arriving: how much of them is kept, and whose."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from server.api.http import held
from server.core.database.connection import rows
from storage.base import ObjectStore
from tests import pictures
from tests.api.media import objects
from tests.callers import Caller
from tests.limits.conftest import Open
from tests.limits.wire import post, wire
from tests.waiting import until

TWEET = b'{"tweet_data": "hello"}'


async def test_buffered_unfinished_bodies_are_limited_in_total(
    house: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "BODIES", 1 << 20)
    here = await house()
    key, length = b"api-key: " + str(alice.key).encode(), b"Content-Length: 200000"
    begun = post(key, length, body=b"x" * 150_000)
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await (await stack.enter_async_context(wire(here.url))).send(begun)
        await until(lambda: here.app.ctx.connections.open <= 7)
        last = await stack.enter_async_context(wire(here.url))
        await last.send(begun + b"x" * 50_000)
        assert (await last.answer()).error == (422, "invalid_body")
    await until(lambda: here.app.ctx.unread._size == 0)


@pytest.mark.parametrize("key", [b"x: y", b"api-key: wrong"])
async def test_bodies_of_unauthenticated_requests_are_not_buffered(house: Open, key: bytes) -> None:
    here = await house()
    async with wire(here.url) as raw:
        await raw.send(post(key, b"Content-Length: 200000", body=b"x" * 150_000))
        assert (await raw.answer()).status == 401
        assert here.app.ctx.unread._sizes == {}
        await raw.send(b"x" * 50_000)
        assert await raw.ends()


async def test_a_key_that_is_revoked_while_a_body_arrives_is_refused(address: str, alice: Caller) -> None:
    bot = await alice.post("/api/keys", json={"name": "bot", "scopes": ["write"]})
    key, length = b"api-key: " + bot["key"].encode(), b"Content-Length: %d" % len(TWEET)
    async with wire(address) as raw:
        await raw.send(post(key, length, b"Expect: 100-continue", body=b""))
        assert (await raw.answer()).status == 100  # by then the key has been accepted
        assert (await alice.delete(f"/api/keys/{bot['key_id']}")).status == 200
        await raw.send(TWEET)
        assert (await raw.answer()).error == (401, "invalid_key")


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 RETURNING id",
        "UPDATE api_keys SET expires_at = now() WHERE user_id = $1 RETURNING id",
        "UPDATE users SET suspended_at = now() WHERE id = $1 RETURNING id",
        "DELETE FROM users WHERE id = $1 RETURNING id",
    ],
)
async def test_an_upload_whose_key_ends_while_it_arrives_leaves_no_picture(
    address: str, alice: Caller, store: ObjectStore, end: str
) -> None:
    before = await objects(store)
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n'
    body = form + pictures.jpeg() + b"\r\n--b--\r\n"
    kind = b"Content-Type: multipart/form-data; boundary=b"
    key, length = b"api-key: " + str(alice.key).encode(), b"Content-Length: %d" % len(body)
    line = b"POST /api/medias HTTP/1.1"
    async with wire(address) as raw:
        await raw.send(post(key, kind, length, b"Expect: 100-continue", body=b"", line=line))
        assert (await raw.answer()).status == 100  # by then the key has been accepted
        await rows(end, alice.id)
        await raw.send(body)
        assert (await raw.answer()).error == (401, "invalid_key")
    assert await objects(store) == before


async def test_refusing_a_completely_received_request_keeps_the_connection_open(address: str) -> None:
    async with wire(address) as raw:
        for _ in range(3):
            await raw.send(post(b"Content-Length: %d" % len(TWEET), body=TWEET))
            assert (await raw.answer()).error == (401, "missing_key")
