"""What connections hold: responses that wait for clients, and requests that wait for responses."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest

from server.api.http import held, protocol
from server.core.cache.versions import Words
from tests.limits.conftest import House, Open
from tests.limits.wire import wire
from tests.waiting import until


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


@asynccontextmanager
async def as_over_a_network(here: House) -> AsyncIterator[socket.socket]:
    """A client for which the kernel takes little, while on the loopback it may take megabytes."""
    where = urlsplit(here.url)
    here.listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # connections inherit it
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, (where.hostname, where.port))
        yield client


async def test_little_that_waits_for_a_client_counts_too(house: Open) -> None:
    """Thousands of connections with less than asyncio's 64 KiB each would hold a gigabyte."""
    here = await house(rate_anonymous="1000000/day")
    loop = asyncio.get_running_loop()
    async with as_over_a_network(here) as client:

        async def more() -> bool:
            await loop.sock_sendall(client, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
            return bool(here.app.ctx.unsent._sizes)

        await until(more)
        ((transport, held_bytes),) = here.app.ctx.unsent._sizes.items()
        assert 0 < transport.get_write_buffer_size() <= held_bytes < 64 << 10


async def test_one_response_that_a_client_does_not_take_counts_after_a_while(house: Open) -> None:
    here = await house(rate_anonymous="1000000/day")
    async with as_over_a_network(here) as client:
        sent = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(client, sent)
        await until(lambda: bool(here.app.ctx.unsent._sizes))


async def test_a_response_counts_as_a_whole_until_its_last_byte_is_taken(house: Open) -> None:
    """However little of it is left: until then, all of it is in memory."""
    here = await house(rate_anonymous="1000000/day")
    files = here.app.ctx.client.files()
    name, file = max(
        ((name, file) for name, file in files.files.items() if len(file.body) < 64 << 10),
        key=lambda one: len(one[1].body),
    )
    async with as_over_a_network(here) as client:
        sent = f"GET /static/{files.version}/{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        await asyncio.get_running_loop().sock_sendall(client, sent)
        await until(lambda: bool(here.app.ctx.unsent._sizes))
        ((transport, held_bytes),) = here.app.ctx.unsent._sizes.items()
        assert transport.get_write_buffer_size() < len(file.body) < held_bytes


async def test_where_much_is_written_connections_are_looked_at_sooner(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "LOOK_EVERY", 3600.0)
    monkeypatch.setattr(protocol, "LOOK_AFTER", 200_000)
    here = await house(rate_anonymous="1000000/day")
    async with as_over_a_network(here) as client:
        sent = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(client, sent)

        async def counted() -> bool:
            assert (await here.client.get("/api/openapi.json")).status_code == 200
            return bool(here.app.ctx.unsent._sizes)

        await until(counted)


async def test_a_connection_that_was_cut_off_holds_nothing(house: Open) -> None:
    here = await house(rate_anonymous="1000000/day")
    here.app.config.update(RESPONSE_TIMEOUT=0.4, GRACEFUL_TCP_CLOSE_TIMEOUT=0.2)
    async with as_over_a_network(here) as client:
        sent = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 105
        await asyncio.get_running_loop().sock_sendall(client, sent)
        await until(lambda: bool(here.app.ctx.unsent._sizes))
        await until(lambda: here.app.ctx.connections.open == 0)
        assert here.app.ctx.unsent._sizes == {}
        assert here.app.ctx.unsent._size == 0


async def test_delayed_refusals_keep_nothing_of_the_table_of_versions(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy for each of ten thousand delayed refusals of wrong keys would be a gigabyte."""
    monkeypatch.setattr("server.core.limits.rates.PAUSE", 20)  # on a busy machine, asking takes a while
    monkeypatch.setattr("server.core.limits.rates.LONGEST_PAUSE", 20)
    here = await house(rate_wrong_keys="1000000/day")
    asked = b"GET /api/tweets HTTP/1.1\r\nHost: x\r\napi-key: %d-wrong-key-of-so-many-letters\r\n\r\n"
    async with AsyncExitStack() as stack:
        for number in range(100):
            raw = await stack.enter_async_context(wire(here.url))
            await raw.send(asked % number)
        await until(lambda: here.rates._paused >= 100)
        copies = [one for one in gc.get_objects() if type(one) is Words]
        assert len(copies) <= 3, len(copies)


async def test_the_next_answer_is_not_made_before_the_client_takes_the_one_before(house: Open) -> None:
    here = await house(rate_anonymous="1000000/day")
    async with as_over_a_network(here) as client:
        asked = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 3
        await asyncio.get_running_loop().sock_sendall(client, asked)
        await until(lambda: bool(here.app.ctx.unsent._sizes))
        (transport,) = here.app.ctx.unsent._sizes
        protocol = transport.get_protocol()
        for _ in range(100):  # turns of the event loop, in which it could take the next request
            assert (await here.client.get("/health/live")).status_code == 200
        # The other two requests are still as they came.
        assert bytes(protocol.recv_buffer).count(b"GET ") == 2


async def test_requests_that_wait_behind_a_delayed_answer_are_limited_in_total(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "REQUESTS", 1 << 20)
    here = await house()
    asked = b"GET /api/users/me HTTP/1.1\r\nHost: x\r\napi-key: x\r\n\r\n"
    async with AsyncExitStack() as stack:
        for _ in range(20):
            raw = await stack.enter_async_context(wire(here.url))
            await raw.send(asked * (200_000 // len(asked)))
        await until(lambda: here.app.ctx.connections.open <= 16)
        assert here.app.ctx.waiting._size <= 1 << 20
    await until(lambda: here.app.ctx.waiting._size == 0)


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
