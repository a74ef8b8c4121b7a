"""A request head that was parsed before is not parsed again, and means the same."""

from __future__ import annotations

import pytest
from sanic import Request

from server.api.http import heads
from server.api.http.messages import PerchRequest
from server.api.http.protocol import PerchProtocol
from server.app import REQUEST_BEGINS
from server.context import App
from tests.callers import Caller
from tests.limits.wire import wire

# The attributes of a request, as Sanic declares them.
ATTRIBUTES = [name for name in Request.__slots__ if name != "__weakref__"]
ABSENT = object()


def head(caller: Caller, start: str = "GET /api/users/me", *lines: str) -> bytes:
    return "\r\n".join([f"{start} HTTP/1.1", "Host: x", f"api-key: {caller.key}", *lines, "", ""]).encode()


async def test_each_answer_is_the_same_as_for_a_new_head(
    app: App, address: str, alice: Caller, bob: Caller
) -> None:
    app.ctx.heads.clear()
    async with wire(address) as connection:
        for who in (alice, bob, alice, alice, bob):
            await connection.send(head(who))
            answer = await connection.answer()
            assert answer.status == 200
            assert f'"id":{who.id},'.encode() in answer.body
        await connection.send(head(alice) * 3)  # all of them at once
        assert [(await connection.answer()).status for _ in range(3)] == [200] * 3
    assert set(app.ctx.heads) == {head(who)[:-4] for who in (alice, bob)}


async def test_a_repeated_request_has_every_attribute_of_a_new_one(
    app: App, address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, object]] = []
    handle = PerchProtocol.handle

    async def noted(self: PerchProtocol, request: PerchRequest) -> None:
        seen.append({name: getattr(request, name, ABSENT) for name in ATTRIBUTES})
        await handle(self, request)

    monkeypatch.setattr(PerchProtocol, "handle", noted)
    app.ctx.heads.clear()
    async with wire(address) as connection:
        for _ in range(3):
            await connection.send(head(alice, "GET /api/tweets?likers=0&limit=7"))
            await connection.answer()
    new, *others = seen
    assert len(others) == 2
    for again in others:
        assert {name for name in ATTRIBUTES if new[name] != again[name]} == {"_id"}
        assert new["_parsed_url"] is again["_parsed_url"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/users/me", 200),
        ("/api/tweets?likers=0", 200),
        ("/api/tweets/999999999", 404),
        ("/api/tweets?limit=x", 422),
        ("/api/nothing", 404),
        ("/", 200),
    ],
)
async def test_routing_only_once_changes_nothing(
    app: App, address: str, alice: Caller, path: str, status: int
) -> None:
    app.ctx.heads.clear()
    async with wire(address) as connection:
        answers = []
        for _ in range(4):
            await connection.send(head(alice, f"GET {path}"))
            answers.append(await connection.answer())
    assert {answer.status for answer in answers} == {status}
    (kept,) = app.ctx.heads.values()
    assert (kept.target is not None) is (path not in ("/", "/api/nothing"))
    varying = {"x-request-id", "ratelimit-remaining", "ratelimit-reset", "date"}
    first, *others = [
        ([(name, value) for name, value in answer.headers.items() if name not in varying], answer.body)
        for answer in answers
    ]
    assert all(other == first for other in others)


async def test_streams_open_with_known_heads_too(app: App, address: str, alice: Caller) -> None:
    app.ctx.heads.clear()
    for _ in range(3):
        async with wire(address) as connection:
            await connection.send(head(alice, "GET /api/stream"))
            raw = await connection.reader.readuntil(b'"type":"open"')
            assert raw.startswith(b"HTTP/1.1 200 ")


async def test_head_requests_and_connection_close_are_respected_each_time(
    app: App, address: str, alice: Caller
) -> None:
    for _ in range(2):
        async with wire(address) as connection:
            await connection.send(head(alice, "HEAD /api/users/me"))
            raw = await connection.reader.readuntil(b"\r\n\r\n")
            assert raw.startswith(b"HTTP/1.1 405 ")
            await connection.send(head(alice, "GET /api/users/me", "Connection: close"))
            assert (await connection.answer()).status == 200
            assert await connection.ends()


async def test_refused_requests_and_those_with_a_body_are_not_cached(
    app: App, address: str, alice: Caller
) -> None:
    app.ctx.heads.clear()
    for _ in range(2):
        async with wire(address) as connection:
            await connection.send(b"GET /api/users/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            assert (await connection.answer()).error == (400, "bad_request")
        async with wire(address) as connection:
            body = b'{"tweet_data": "x"}'
            length = f"Content-Length: {len(body)}"
            await connection.send(head(alice, "POST /api/tweets", length) + body)
            assert (await connection.answer()).status == 201
        async with wire(address) as connection:
            await connection.send(head(alice, "GET /api/users/me", f"x: {'y' * heads.LONGEST}"))
            assert (await connection.answer()).status == 200
    assert app.ctx.heads == {}


async def test_a_revoked_key_is_refused_although_its_head_is_cached(
    app: App, address: str, alice: Caller
) -> None:
    made = await alice.post("/api/keys", json={"name": "short"})
    other = Caller(alice.send, made["key"], alice.id)
    async with wire(address) as connection:
        for expected in (200, 200, 401):
            if expected == 401:
                await alice.delete(f"/api/keys/{made['key_id']}")
            await connection.send(head(other))
            assert (await connection.answer()).status == expected


async def test_the_number_of_cached_heads_is_limited(
    app: App, address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "MOST", 5)
    app.ctx.heads.clear()
    async with wire(address) as connection:
        for number in range(23):
            await connection.send(head(alice, f"GET /api/tweets?limit={number}"))
            assert (await connection.answer()).status == 200
    assert 1 <= len(app.ctx.heads) <= 5


async def test_request_signals_are_dispatched_for_cached_heads_too(
    app: App, address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Error reports start with such a signal: without it, every answer would fail if they are enabled."""
    heard: list[str] = []

    async def dispatch(_: App, event: str, *, context: dict[str, Request], **__: object) -> None:
        heard.append(f"{event} {context['request'].path}")

    monkeypatch.setattr(type(app), "dispatch", dispatch)
    monkeypatch.setattr(app.ctx, "has_signals", True)
    async with wire(address) as connection:
        for _ in range(3):
            await connection.send(head(alice))
            assert (await connection.answer()).status == 200
    assert heard.count(f"{REQUEST_BEGINS} /api/users/me") >= 2, "the first one is Sanic's own affair"
