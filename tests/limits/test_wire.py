"""Ambiguous requests that two parsers could split differently, floods, and slow clients."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest

from server.api.http import framing, held, protocol
from server.core.database.connection import rows
from storage.base import ObjectStore
from tests import pictures
from tests.api.media import objects
from tests.callers import Caller
from tests.limits.conftest import Open
from tests.limits.wire import wire
from tests.waiting import until

BODY = b'{"tweet_data": "smuggled"}'
SMUGGLED = b"POST /api/tweets HTTP/1.1\r\nHost: x\r\napi-key: %s\r\nContent-Length: 26\r\n\r\n" + BODY


def post(*headers: bytes, body: bytes = b"0\r\n\r\n", line: bytes = b"POST /api/tweets HTTP/1.1") -> bytes:
    return b"\r\n".join([line, b"Host: x", *headers]) + b"\r\n\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"

AMBIGUOUS = {
    "both lengths": post(b"Content-Length: 5", CHUNKED),
    "both the other way": post(CHUNKED, b"Content-Length: 5"),
    "two lengths": post(b"Content-Length: 5", b"Content-Length: 50"),
    "two equal lengths": post(b"Content-Length: 5", b"Content-Length: 5"),
    "a list of lengths": post(b"Content-Length: 5, 5"),
    "two codings": post(CHUNKED, CHUNKED),
    "chunked twice": post(b"Transfer-Encoding: chunked, chunked"),
    "gzip, chunked": post(b"Transfer-Encoding: gzip, chunked"),
    "chunked, identity": post(b"Transfer-Encoding: chunked, identity"),
    "xchunked": post(b"Transfer-Encoding: xchunked"),
    "chunked in quotes": post(b'Transfer-Encoding: "chunked"'),
    "chunked with a tab": post(b"Transfer-Encoding: \tchunked\x0b"),
    "identity": post(b"Transfer-Encoding: identity"),
    "a folded coding": post(b"Transfer-Encoding:\r\n chunked"),
    "a folded header": post(b"X: a\r\n\tb", b"Content-Length: 5"),
    "a space before the colon": post(b"Transfer-Encoding : chunked"),
    "a tab before the colon": post(b"Content-Length\t: 5"),
    "a space before the name": post(b" Content-Length: 5"),
    "no name": post(b": 5"),
    "no colon": post(b"Content-Length"),
    "a name that is none": post(b"Content(Length: 5"),
    "a bare line feed": post(b"X: a\nTransfer-Encoding: chunked"),
    "a bare carriage return": post(b"X: a\rTransfer-Encoding: chunked"),
    "NUL in a value": post(b"X: a\x00b", b"Content-Length: 5"),
    "an escape in a value": post(b"X: \x1b[2J"),
    "a negative length": post(b"Content-Length: -5"),
    "a signed length": post(b"Content-Length: +5"),
    "a length with a space": post(b"Content-Length: 5 5"),
    "a length in hexadecimals": post(b"Content-Length: 0x5"),
    "a length with an underscore": post(b"Content-Length: 1_0"),
    "a length in other digits": post("Content-Length: ٥".encode()),
    "a length behind a space that is none in ASCII": post("Content-Length: \u00a05".encode()),
    "a coding behind another one": post("Transfer-Encoding:\u2003chunked".encode()),
    "a host behind another one": post("Content-Length: 5\r\nHost: \u0085x".encode()),
    "a huge length": post(b"Content-Length: " + b"9" * 40),
    "an empty length": post(b"Content-Length: "),
    "chunked in HTTP/1.0": post(CHUNKED, line=b"POST /api/tweets HTTP/1.0"),
    "a chunk of negative size": post(CHUNKED, body=b"-1\r\nx\r\n0\r\n\r\n"),
    "a chunk of signed size": post(CHUNKED, body=b"+1\r\nx\r\n0\r\n\r\n"),
    "a chunk of 0x size": post(CHUNKED, body=b"0x1\r\nx\r\n0\r\n\r\n"),
    "a chunk of spaced size": post(CHUNKED, body=b" 1\r\nx\r\n0\r\n\r\n"),
    "a chunk without size": post(CHUNKED, body=b"\r\nx\r\n0\r\n\r\n"),
    "a chunk of underscored size": post(CHUNKED, body=b"0_1\r\nx\r\n0\r\n\r\n"),
    "a chunk with an extension": post(CHUNKED, body=b"1;a=b\r\nx\r\n0\r\n\r\n"),
    "an extension without end": post(CHUNKED, body=b"1;" + b"a" * 100_000),
    "a chunk of too large a size": post(CHUNKED, body=b"FFFFFFFFFFFFFFFF1\r\nx\r\n0\r\n\r\n"),
    "a chunk that is longer than its size": post(CHUNKED, body=b"1\r\nxyz5\r\nhello\r\n0\r\n\r\n"),
    "a chunk with a bare line feed": post(CHUNKED, body=b"1\nx\r\n0\r\n\r\n"),
    "trailers": post(CHUNKED, body=b"0\r\nX: y\r\n\r\n"),
    "no host": b"GET /api/tweets HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /api/tweets HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
    "a list of hosts": b"GET /api/tweets HTTP/1.1\r\nHost: x, y\r\n\r\n",
    "a host with a path": b"GET /api/tweets HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "a host with a user": b"GET /api/tweets HTTP/1.1\r\nHost: a@x\r\n\r\n",
    "an empty host": b"GET /api/tweets HTTP/1.1\r\nHost: \r\n\r\n",
    "an absolute target": b"GET http://y/api/tweets HTTP/1.1\r\nHost: x\r\n\r\n",
    "an authority as target": b"CONNECT y:443 HTTP/1.1\r\nHost: y:443\r\n\r\n",
    "an asterisk as target": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "two spaces": b"GET  /api/tweets HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tab for a space": b"GET\t/api/tweets HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the target": b"GET /api/tweets /x HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"GET /api/tweets HTTP/1.2\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "an empty line first": b"\r\n\r\nGET /api/tweets HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.fault("malformed")
@pytest.mark.parametrize("what", AMBIGUOUS)
async def test_ambiguously_framed_requests_are_refused(address: str, alice: Caller, what: str) -> None:
    """The connection closes as well, so that what follows is nobody's request."""
    key = str(alice.key).encode()
    async with wire(address) as raw:
        sent = AMBIGUOUS[what].replace(b"Host: x\r\n", b"Host: x\r\napi-key: " + key + b"\r\n", 1)
        await raw.send(sent + SMUGGLED % key)
        status, error = (await raw.answer()).error
        assert status in (400, 413), what
        assert error in ("bad_request", "too_large")
        assert await raw.ends()
    assert await alice.timeline() == []


async def test_valid_framing_is_accepted(address: str, alice: Caller) -> None:
    key = b"api-key: " + str(alice.key).encode()
    chunks = b"A\r\n" + BODY[:10] + b"\r\n10\r\n" + BODY[10:] + b"\r\n0\r\n\r\n"
    length = b"Content-Length: %d" % len(BODY)
    async with wire(address) as raw:
        await raw.send(post(key, CHUNKED, body=chunks) + post(key, length, body=BODY))
        await raw.send(post(b"host-like: x", key, CHUNKED, body=chunks), pieces=1)
        assert [(await raw.answer()).status for _ in range(3)] == [201, 201, 201]
    for host in (b"perch.example.org", b"127.0.0.1:8000", b"[::1]:8000", b"my_perch"):
        async with wire(address) as raw:
            await raw.send(b"GET /health/live HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
            assert (await raw.answer()).status == 200
    async with wire(address) as raw:
        await raw.send(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert (await raw.answer()).status == 200
        assert await raw.ends()


@pytest.mark.fault("malformed")
@pytest.mark.parametrize(
    "flood",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(framing.MAX_HEADERS + 10)),
        b"X: " + b"y" * 20_000 + b"\r\n",
        b"y" * 100_000,
    ],
)
async def test_floods_of_headers_are_cut_short(address: str, flood: bytes) -> None:
    async with wire(address) as raw:
        await raw.send(b"GET /api/tweets HTTP/1.1\r\nHost: x\r\n" + flood + b"\r\n")
        status, error = (await raw.answer()).error
        assert (status, error) in ((431, "too_large"), (413, "too_large"))
        assert await raw.ends()


@pytest.mark.fault("malformed")
async def test_a_body_in_very_many_tiny_chunks_is_refused(address: str, alice: Caller) -> None:
    key = b"api-key: " + str(alice.key).encode()
    kind = b"Content-Type: multipart/form-data; boundary=b"
    crumbs = b"1\r\nx\r\n" * 50_000
    async with wire(address) as raw:
        await raw.send(post(key, kind, CHUNKED, body=crumbs, line=b"POST /api/medias HTTP/1.1"))
        assert (await raw.answer()).status in (400, 422)
        assert await raw.ends()


@pytest.mark.fault("malformed")
@pytest.mark.parametrize(
    "sent",
    [
        b"GET /api/tweets HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 90,
        b"GET /api/tweets HTTP/1.1\nHost: x\n\n" + b"\n" * 500,
        post(b"Content-Length: 5000", body=b"{" + b" " * 500),
        post(CHUNKED, body=b"1\r\n{\r\n" * 90),
    ],
)
async def test_a_slowly_sent_request_has_a_time_limit_as_a_whole(
    address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    sent = sent.replace(b"Host: x\r\n", b"Host: x\r\napi-key: " + str(alice.key).encode() + b"\r\n", 1)
    for name in ("HEAD_TIMEOUT", "BODY_TIMEOUT", "DROP_TIMEOUT"):
        monkeypatch.setattr(protocol, name, 0.3)
    async with wire(address) as raw:
        dripping = asyncio.create_task(raw.send(sent, pieces=5, every=0.02))
        assert (await raw.answer()).error == (408, "too_slow")
        assert not dripping.done(), "it was to be answered while it drips"
        dripping.cancel()
        assert await raw.ends()


async def test_an_uploads_time_limit_grows_with_the_bytes_received(
    address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "BODY_TIMEOUT", 0.2)
    monkeypatch.setattr(protocol, "SLOWEST", 1000)
    body = b"{" + b" " * 1500 + b'"tweet_data": "slow"}'
    async with wire(address) as raw:
        head = post(b"api-key: " + str(alice.key).encode(), b"Content-Length: %d" % len(body), body=b"")
        await raw.send(head)
        await raw.send(body, pieces=100, every=0.05)
        assert (await raw.answer()).status == 201


async def test_a_client_that_sends_everything_first_gets_the_refusal_of_its_head(address: str) -> None:
    parts = urlsplit(address)

    def send() -> tuple[int, str]:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        headers = {"Content-Length": "8000000", "Transfer-Encoding": "chunked"}
        connection.request("POST", "/api/tweets", b"x" * 8_000_000, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())["error_type"]

    for _ in range(3):
        assert await asyncio.to_thread(send) == (400, "bad_request")


async def test_a_request_to_upgrade_the_protocol_is_served_normally(address: str) -> None:
    async with wire(address) as raw:
        upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        await raw.send(b"GET /api/tweets HTTP/1.1\r\nHost: x\r\n" + upgrade + b"\r\n")
        assert (await raw.answer()).error == (401, "missing_key")


async def test_pipelined_requests_are_answered_one_after_the_other(address: str) -> None:
    async with wire(address) as raw:
        sending = asyncio.create_task(raw.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" * 5_000))
        for _ in range(5_000):
            assert (await raw.answer()).status == 200
        await sending


async def test_a_client_that_pipelines_many_requests_lets_others_take_turns(address: str) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    async with wire(address) as many, wire(address) as one:
        await many.send(request * 60)
        await one.send(request)
        assert (await one.answer()).status == 200
        assert bytes(many.reader._buffer).count(b"HTTP/1.1 200") < 30  # type: ignore[attr-defined]
        for _ in range(60):
            assert (await many.answer()).status == 200


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
    key, length = b"api-key: " + bot["key"].encode(), b"Content-Length: %d" % len(BODY)
    async with wire(address) as raw:
        await raw.send(post(key, length, b"Expect: 100-continue", body=b""))
        assert (await raw.answer()).status == 100  # by then the key has been accepted
        assert (await alice.delete(f"/api/keys/{bot['key_id']}")).status == 200
        await raw.send(BODY)
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
            await raw.send(post(b"Content-Length: %d" % len(BODY), body=BODY))
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
