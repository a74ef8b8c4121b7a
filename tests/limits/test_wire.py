"""Ambiguous requests that two parsers could split differently, floods, and slow clients."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
from urllib.parse import urlsplit

import pytest

from server.api.http import framing, protocol
from tests.callers import Caller
from tests.limits.conftest import Open
from tests.limits.wire import post, wire
from tests.waiting import turns, until

BODY = b'{"tweet_data": "smuggled"}'
SMUGGLED = b"POST /api/tweets HTTP/1.1\r\nHost: x\r\napi-key: %s\r\nContent-Length: 26\r\n\r\n" + BODY


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


async def test_the_rest_of_a_body_is_not_waited_for_when_the_client_has_gone(
    house: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(protocol, "BODY_TIMEOUT", 0.3)
    monkeypatch.setattr(logging.getLogger("sanic.error"), "propagate", True)
    here = await house()
    async with wire(here.url) as raw:
        await raw.send(post(b"api-key: " + str(alice.key).encode(), CHUNKED, body=b"1\r\n{\r\n"))
        await until(lambda: len(here.app.ctx.looks._connections) == 1)
        (connection,) = here.app.ctx.looks._connections
        await turns()
        raw.writer.transport.abort()
        await until(connection._task.done)
    assert "uncaught" not in caplog.text


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


@pytest.mark.parametrize("method", [b"head", b"Get", b"pOST"])
@pytest.mark.parametrize("body", [b"", b"x"])
async def test_methods_that_are_not_in_capital_letters_are_refused(
    address: str, method: bytes, body: bytes
) -> None:
    """A proxy that takes "head" literally would wait for a body."""
    async with wire(address) as raw:
        line = method + b" /health/live HTTP/1.1"
        await raw.send(post(b"Content-Length: %d" % len(body), body=body, line=line))
        assert (await raw.answer()).error == (400, "bad_request")
        assert await raw.ends()


async def test_a_connection_that_is_closed_within_a_head_leaves_no_traceback(
    house: Open, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("sanic.error"), "propagate", True)
    here = await house()
    async with wire(here.url) as raw:
        await raw.send(b"GET / HT")
        await until(lambda: here.app.ctx.connections.open == 1)
        (connection,) = here.app.ctx.looks._connections
        await until(lambda: bytes(connection.recv_buffer) == b"GET / HT")
        connection.transport = None  # as Sanic does before it cancels the task of a connection
        connection._task.cancel()
        await turns()
    assert not [record for record in caplog.records if record.exc_info], caplog.text


async def test_a_process_that_stops_does_not_wait_for_the_rest_of_a_head(house: Open) -> None:
    here = await house()
    async with wire(here.url) as half, wire(here.url) as idle:
        await idle.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await idle.answer()).status == 200
        await half.send(b"GET / HT")
        await until(lambda: any(one.recv_buffer for one in here.app.ctx.looks._connections))
        assert all(one.close_if_idle() for one in list(here.app.ctx.looks._connections))
        assert await half.ends()
        assert await idle.ends()


@pytest.mark.parametrize(
    "path",
    ["/" * 7000, "/api/tweets" + "/" * 7000, "/api" + "/" * 7000 + "tweets", "/a" * 3500, "/%2f" * 1700],
)
async def test_a_path_of_slashes_is_routed_like_any_other(
    address: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Sanic's router once tried again for each of them, until a RecursionError."""
    async with wire(address) as client:
        for asked, expected in ((path, {200, 401, 404}), ("/api/instance///", {200})):
            await client.send(f"GET {asked} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n".encode())
            assert (await client.answer()).status in expected
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
