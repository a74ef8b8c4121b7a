"""What connections may hold: their number, answers that wait for clients, and bodies that arrive."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

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


async def test_a_connection_over_the_limit_is_told_so(house: Open) -> None:
    here = await house(max_connections=2)
    async with wire(here.url) as one, wire(here.url) as two:
        for raw in (one, two):
            await raw.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await raw.answer()).status == 200
        async with wire(here.url) as three:
            await three.send(post(b"Content-Length: 100000", body=b"x" * 100_000))
            answer = await three.answer()
            assert answer.error == (503, "unavailable")
            assert answer.headers["retry-after"]
            assert await three.ends()
    await until(lambda: here.app.ctx.connections.open == 0)
    async with wire(here.url) as again:
        await again.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await again.answer()).status == 200


async def test_a_client_that_never_reads_is_eventually_disconnected(house: Open) -> None:
    here = await house()
    here.app.config.update(RESPONSE_TIMEOUT=0.4, GRACEFUL_TCP_CLOSE_TIMEOUT=0.2)
    connections = here.app.ctx.connections
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", urlsplit(here.url).port))
        raw.setblocking(False)
        ask = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(raw, ask * 300)
        await until(lambda: connections.open == 1)
        await until(lambda: connections.open == 0)


def own_address() -> str:
    """The address at which others reach this machine: the loopback address is nobody's in particular."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        return str(probe.getsockname()[0])


async def test_the_number_of_connections_per_address_is_limited(house: Open) -> None:
    mine = own_address()
    here = await house(host=mine, connections_per_address=2)
    async with wire(here.url), wire(here.url), wire(here.url) as three:
        assert (await three.answer()).error == (503, "unavailable")
    there = await house(host=mine, connections_per_address=2, proxies_count=1)
    async with wire(there.url), wire(there.url), wire(there.url) as three:
        await three.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await three.answer()).status == 200


async def test_with_too_much_unread_output_the_most_stalled_connections_are_closed(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "ANSWERS", 2 << 20)
    here = await house(rate_anonymous="1000000/day")
    loop, where = asyncio.get_running_loop(), urlsplit(here.url)
    asked = b"GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n" * 40
    clients = []

    async def stalled() -> socket.socket:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        client.setblocking(False)
        await loop.sock_connect(client, (where.hostname, where.port))
        await loop.sock_sendall(client, asked)
        return client

    try:
        for _ in range(40):
            clients.append(await stalled())
        await until(lambda: here.app.ctx.connections.open <= 30)
        taken = 0
        while taken < 5 << 20:  # the newest client is served when it finally reads
            piece = await loop.sock_recv(clients[-1], 1 << 16)
            assert piece
            taken += len(piece)
        assert (await here.client.get("/health/live")).status_code == 200
    finally:
        for client in clients:
            client.close()


async def test_a_client_that_does_not_read_cannot_keep_sending_requests(house: Open) -> None:
    """The requests that have arrived are counted together with the answers waiting to be read."""
    here = await house(rate_anonymous="1000000/day")
    loop, where, count = asyncio.get_running_loop(), urlsplit(here.url), 2_000
    ask = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        client.setblocking(False)
        await loop.sock_connect(client, (where.hostname, where.port))
        sending = asyncio.create_task(loop.sock_sendall(client, ask * count))
        await until(lambda: bool(here.app.ctx.unsent._sizes))
        ((transport, held_bytes),) = here.app.ctx.unsent._sizes.items()
        assert not transport.is_reading()
        waiting = len(transport.get_protocol().recv_buffer)
        assert held_bytes >= transport.get_write_buffer_size() + waiting > waiting > 0
        answered = 0
        while answered < count:  # everything is answered once the client reads
            piece = await loop.sock_recv(client, 1 << 20)
            assert piece
            answered += piece.count(b"HTTP/1.1 200 OK")
        await sending


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


async def test_slow_readers_cannot_make_the_server_buffer_ever_more_requests(house: Open) -> None:
    here = await house(rate_anonymous="1000000/day")
    loop, where = asyncio.get_running_loop(), urlsplit(here.url)
    ask = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        client.setblocking(False)
        await loop.sock_connect(client, (where.hostname, where.port))
        sending = asyncio.create_task(loop.sock_sendall(client, ask * 60_000))
        await until(lambda: bool(here.app.ctx.unsent._sizes))
        (transport,) = here.app.ctx.unsent._sizes
        buffered, taken = 0, 0
        while taken < 16 << 20:  # its writer pauses and resumes all the time
            taken += len(await loop.sock_recv(client, 1 << 18))
            buffered = max(buffered, len(transport.get_protocol().recv_buffer))
        sending.cancel()
    # Sanic's bound, and what one read may bring beyond it; more with each resumption otherwise.
    assert buffered <= (64 << 10) + (128 << 10)
