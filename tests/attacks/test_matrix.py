"""Every route with every kind of key, and what becomes of a route that forgot its guard."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sanic import Request

from server.api.http import envelope
from server.api.http.envelope import Answer
from server.api.http.messages import JsonAnswer
from server.api.http.operation import operation, streamed
from server.api.perch import live as events
from server.api.perch.stream import StreamHeaders
from server.app import create_app
from server.context import App, Context
from server.core.viewer import Viewer
from server.features.people import accounts
from tests import pictures
from tests.attacks import matrix
from tests.attacks.routes import routes
from tests.callers import Caller, register
from tests.conftest import listening

Add = Callable[[App], object]


@asynccontextmanager
async def without_demo(
    perch: Context, name: str, add: Add = lambda _: None
) -> AsyncIterator[tuple[App, httpx.AsyncClient]]:
    """The application without demo keys, with a route more perhaps, listening; and a client."""
    settings = perch.settings.model_copy(update={"demo_keys": False, "rate_limits": False})

    @asynccontextmanager
    async def opener() -> AsyncIterator[Context]:
        yield dataclasses.replace(perch, settings=settings)

    app = create_app(settings, opener, name=name)
    app.config.TOUCHUP = False  # it rewrites Sanic's own classes, once per process
    add(app)
    async with listening(app) as address, httpx.AsyncClient(base_url=address, timeout=30) as client:
        yield app, client


async def complaints(app: App, client: httpx.AsyncClient) -> list[str]:
    """Of the matrix, with people who call there. The demo users exist, as on a server that was one once."""
    assert await accounts.create_demo_users()
    alice, bob = await register(client.request, "alice"), await register(client.request, "bob")
    carol = await register(client.request, "carol", admin=True)
    return await matrix.complaints(app, client, alice, bob, carol)


@pytest.mark.fault("keys")
@pytest.mark.usefixtures("database", "worker")
async def test_every_route_refuses_every_key_that_does_not_allow_it(
    perch: Context, measured: Callable[[str], None]
) -> None:
    async with without_demo(perch, "perch-matrix") as (app, client):
        assert await complaints(app, client) == []
        guarded = [route for route in routes(app) if not route.is_public]
    assert len(guarded) > 20
    measured(f"{len(guarded)} routes need a key, {len(list(routes(app))) - len(guarded)} are public")


async def naked(_request: Request) -> JsonAnswer:
    return envelope.ok(Answer())


@operation(scope=None)
async def undeclared(request: Request) -> Answer:
    """Forget the scope."""
    return Answer()


@operation(scope="read")
async def too_weak(request: Request, viewer: Viewer) -> Answer:
    """Write with a key that reads."""
    return Answer()


@streamed(scope="read", events=events.shapes(), headers=StreamHeaders)
async def unchecked(request: Request) -> JsonAnswer:
    """Declare a scope and forget to ask for it."""
    return envelope.ok(Answer())


@operation(scope="read")
async def unsaid(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Name an object that nobody has thought of."""
    return Answer()


@pytest.mark.fault("keys")
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("handler", "path", "complaint"),
    [
        (naked, "/api/new", "POST /api/new: no key: answers 200, not 401 missing_key"),
        (naked, "/elsewhere/new", "POST /elsewhere/new: no key: answers 200, not 401 missing_key"),
        (undeclared, "/api/new", "POST /api/new: no key: answers 200, not 401 missing_key"),
        (too_weak, "/api/new", "POST /api/new: writes, with a key that may only read"),
        (unchecked, "/api/new", "POST /api/new: no key: answers 200, not 401 missing_key"),
        (
            unsaid,
            "/api/new/<tweet_id:id>",
            "POST /api/new/{tweet_id}: nobody says what others may do with the object",
        ),
    ],
    ids=["naked", "naked elsewhere", "undeclared", "too weak", "unchecked", "unsaid"],
)
async def test_a_route_without_a_guard_is_found(
    perch: Context,
    handler: Callable[..., Coroutine[Any, Any, Any]],
    path: str,
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def add(app: App) -> None:
        app.add_route(handler, path, methods=["POST"])

    name = f"perch-{handler.__name__}-{path.count('/')}-{path[1]}".replace("_", "-")
    async with without_demo(perch, name, add) as (app, client):
        assert any(route.path.startswith(path.partition("/<")[0]) for route in routes(app))
        # Of the others the test above tells.
        monkeypatch.setattr(matrix, "routes", lambda app: [r for r in routes(app) if "/new" in r.path])
        monkeypatch.setattr(matrix, "public", list)
        monkeypatch.setattr(matrix, "FOREIGN", {})
        found = await complaints(app, client)
    assert any(line.startswith(complaint) for line in found), found


@pytest.mark.fault("keys")
async def test_a_tweet_takes_no_picture_of_anybody_else(alice: Caller, bob: Caller, carol: Caller) -> None:
    media_id = (await alice.upload(pictures.jpeg()))["media_id"]
    for who in (bob, carol):
        answer = await who.post("/api/tweets", json={"tweet_data": "x", "tweet_media_ids": [media_id]})
        assert answer.error == (404, "media_not_found")
