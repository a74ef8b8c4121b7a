"""How many connections there may be, and how long a client may not read."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from server.api.http import connections
from tests.limits.conftest import Open
from tests.limits.wire import post, wire
from tests.waiting import until


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


async def test_few_refused_connections_linger(house: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is an open file, of those that uploads and the database need."""
    monkeypatch.setattr(connections, "MOST_LINGERING", 1)
    monkeypatch.setattr(connections, "LINGER", 30.0)
    here = await house(max_connections=1)
    async with wire(here.url) as one, wire(here.url) as two, wire(here.url) as three:
        await one.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await one.answer()).status == 200
        assert (await two.answer()).error == (503, "unavailable")
        assert await three.ends()


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
