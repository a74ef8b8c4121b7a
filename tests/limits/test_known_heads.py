"""A head that was read before is not read again, and means what it meant."""

from __future__ import annotations

import pytest
from sanic import Request

from server.api.http import heads
from server.app import REQUEST_BEGINS
from server.context import App
from tests.callers import Caller
from tests.limits.wire import wire


def head(caller: Caller, start: str = "GET /api/users/me", *lines: str) -> bytes:
    return "\r\n".join([f"{start} HTTP/1.1", "Host: x", f"api-key: {caller.key}", *lines, "", ""]).encode()


async def test_each_answer_is_that_of_a_head_that_is_new(
    app: App, address: str, alice: Caller, bob: Caller
) -> None:
    app.ctx.heads.clear()
    async with wire(address) as connection:
        for who in (alice, bob, alice, alice, bob):
            await connection.send(head(who))
            answer = await connection.answer()
            assert answer.status == 200
            assert f'"id":{who.id},'.encode() in answer.body
        await connection.send(head(alice) * 3)  # all at once
        assert [(await connection.answer()).status for _ in range(3)] == [200] * 3
    assert set(app.ctx.heads) == {head(who)[:-4] for who in (alice, bob)}


async def test_head_and_close_hold_for_each_of_them(app: App, address: str, alice: Caller) -> None:
    for _ in range(2):
        async with wire(address) as connection:
            await connection.send(head(alice, "HEAD /api/users/me"))
            raw = await connection.reader.readuntil(b"\r\n\r\n")
            assert raw.startswith(b"HTTP/1.1 405 ")
            await connection.send(head(alice, "GET /api/users/me", "Connection: close"))
            assert (await connection.answer()).status == 200
            assert await connection.ends()


async def test_what_is_refused_or_has_a_body_is_not_kept(app: App, address: str, alice: Caller) -> None:
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


async def test_a_revoked_key_is_refused_whoever_knows_its_head(app: App, address: str, alice: Caller) -> None:
    made = await alice.post("/api/keys", json={"name": "short"})
    other = Caller(alice.send, made["key"], alice.id)
    async with wire(address) as connection:
        for expected in (200, 200, 401):
            if expected == 401:
                await alice.delete(f"/api/keys/{made['key_id']}")
            await connection.send(head(other))
            assert (await connection.answer()).status == expected


async def test_there_are_never_more_than_so_many(
    app: App, address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "MOST", 5)
    app.ctx.heads.clear()
    async with wire(address) as connection:
        for number in range(23):
            await connection.send(head(alice, f"GET /api/tweets?limit={number}"))
            assert (await connection.answer()).status == 200
    assert 1 <= len(app.ctx.heads) <= 5


async def test_whoever_listens_for_requests_hears_of_each(
    app: App, address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Error reports begin so: without it each answer would fail where they are on."""
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
