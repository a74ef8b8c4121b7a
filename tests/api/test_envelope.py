"""Every failure comes in the error envelope, whatever its cause."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from server.app import create_app
from server.context import App, Context
from server.core.errors import ERRORS
from tests.callers import Caller


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/tweets/1/nothing", "/api/users"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH", "PUT"])
async def test_unknown_paths(anybody: Caller, method: str, path: str) -> None:
    answer = await anybody.call(method, path, headers={"accept": "text/html"})
    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/api/tweets", {"GET", "POST"}),
        ("POST", "/api/users/me", {"GET", "PATCH", "DELETE"}),
        ("OPTIONS", "/api/tweets/1", {"GET", "PUT", "PATCH", "DELETE"}),
        ("PATCH", "/api/tweets/1/likes", {"GET", "POST", "DELETE"}),
    ],
)
async def test_wrong_methods(anybody: Caller, method: str, path: str, allow: set[str]) -> None:
    answer = await anybody.call(method, path)
    assert answer.error == (405, "method_not_allowed")
    assert {method.strip() for method in answer.headers["allow"].split(",")} == allow


async def test_answers_are_not_stored_and_carry_a_request_id(alice: Caller) -> None:
    answer = await alice.get("/api/tweets")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert (await alice.get("/api/tweets/999")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /api/tweets HTTP/9.9\r\n\r\n",
        b"GET /api/tweets HTTP/1.1\r\nbroken header\r\n\r\n",
        b"POST /api/tweets HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/tweets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/tweets?limit=%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET foo HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"DELETE https://x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://[::1/api HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://[::1/api HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n",
        b"GET /api/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /api/medias HTTP/1.1\r\nHost: x\r\nContent-Length: ²\r\n\r\n".encode(),
        b"GET /api/tweets HTTP/1.1\r\nHost: x\r\napi-key: \xff\xfe\r\n\r\n",
    ],
)
async def test_malformed_http(address: str, raw: bytes, database: None) -> None:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(raw)
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = json.loads(await reader.readexactly(length))
    writer.close()
    assert 400 <= int(head.split()[1]) < 500, head
    assert b"content-type: application/json" in head.lower()
    assert body["result"] is False
    assert body["error_type"] in ERRORS


async def test_too_large_a_body_is_refused(alice: Caller) -> None:
    answer = await alice.post("/api/tweets", content=b'{"tweet_data": "' + b"x" * 300_000 + b'"}')
    assert answer.error == (413, "too_large")


@pytest.mark.parametrize(
    ("path", "headers", "size", "expected"),
    [
        ("/api/medias", {"content-type": "multipart/form-data; boundary=b"}, 12 << 20, (413, "too_large")),
        ("/api/medias", {"content-type": "text/plain"}, 9 << 20, (422, "invalid_body")),
        ("/api/medias", {"api-key": "wrong"}, 9 << 20, (401, "invalid_key")),
        ("/api/nothing", {}, 5 << 20, (404, "not_found")),
        ("/nothing", {}, 5 << 20, (404, "not_found")),
        ("/api/tweets", {"content-type": "application/json"}, 5 << 20, (413, "too_large")),
    ],
)
async def test_a_client_that_sends_everything_first_still_gets_the_refusal(
    address: str, alice: Caller, path: str, headers: dict[str, str], size: int, expected: tuple[int, str]
) -> None:
    """Many clients do, and lose an answer if the connection ends while they are still sending."""
    parts = urlsplit(address)

    def send() -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
        connection.request("POST", path, b"x" * size, {"api-key": str(alice.key), **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    for _ in range(3):
        status, body = await asyncio.to_thread(send)
        assert (status, body["error_type"]) == expected


async def test_a_client_that_expects_100_continue_never_sends_the_body(address: str, database: None) -> None:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(
        b"POST /api/medias HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n"
    )
    async with asyncio.timeout(5):
        answer = await reader.read()  # read to the end of the connection
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_clients_own_request_id_is_never_used(alice: Caller) -> None:
    answer = await alice.get("/api/tweets", headers={"x-request-id": "forged"})
    assert re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]{8}", answer.headers["x-request-id"])


async def test_a_crash_tells_nothing(perch: Context, caplog: pytest.LogCaptureFixture) -> None:
    """Uses sanic-testing, because the shared application must not get a route that crashes."""

    @asynccontextmanager
    async def opener() -> AsyncIterator[Context]:
        yield perch

    crashing: App = create_app(perch.settings, opener, name="perch-crashing")
    crashing.config.TOUCHUP = False  # sanic-testing rewrites Sanic's own classes, once per process

    @crashing.get("/api/crash")
    async def crash(_request: object) -> None:
        raise RuntimeError("SELECT secret FROM somewhere")

    _, response = await crashing.asgi_client.get("/api/crash")
    assert response.status_code == 500
    assert json.loads(response.content) == {
        "result": False,
        "error_type": "internal_error",
        "error_message": ERRORS["internal_error"].message,
    }
    assert "SELECT secret" in caplog.text


def test_every_error_has_a_distinct_type_and_sentence() -> None:
    assert len({error.message for error in ERRORS.values()}) == len(ERRORS)
    for error in ERRORS.values():
        assert 400 <= error.status < 600
        assert error.message.endswith(".")
