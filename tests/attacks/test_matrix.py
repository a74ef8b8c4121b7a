"""Every route with every kind of key, and what happens to a route without its guard."""

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
    """The application without demo keys, perhaps with one more route, listening; and a client."""
    settings = perch.settings.model_copy(update={"demo_keys": False, "rate_limits": False})

    @asynccontextmanager
    async def opener() -> AsyncIterator[Context]:
        yield dataclasses.replace(perch, settings=settings)

    app = create_app(settings, opener, name=name)
    app.config.TOUCHUP = False  # sanic-testing rewrites Sanic's own classes, once per process
    add(app)
    async with listening(app) as address, httpx.AsyncClient(base_url=address, timeout=30) as client:
        yield app, client


async def complaints(app: App, client: httpx.AsyncClient) -> list[str]:
    """What the matrix finds wrong. The demo users exist, as on a server that once ran in demo mode."""
    assert await accounts.create_demo_users()
    alice, bob = await register(client.request, "alice"), await register(client.request, "bob")
    carol = await register(client.request, "carol", admin=True)
    return await matrix.complaints(app, client, alice, bob, carol)


@pytest.mark.fault("keys")
@pytest.mark.usefixtures("database", "worker")
async def test_every_route_refuses_every_key_with_insufficient_scope(
    perch: Context, measured: Callable[[str], None]
) -> None:
    async with without_demo(perch, "perch-matrix") as (app, client):
        found = await complaints(app, client)
        assert found == [], "\n".join(found)
        guarded = [route for route in routes(app) if not route.is_public]
    assert len(guarded) > 20
    public = len(list(routes(app))) - len(guarded)
    measured(f"{len(guarded)} routes need a key, {public} are public, the client's files included")


async def naked(_request: Request) -> JsonAnswer:
    return envelope.ok(Answer())


@operation(scope=None)
async def undeclared(request: Request) -> Answer:
    """A route that forgets to declare its scope."""
    return Answer()


@operation(scope="read")
async def too_weak(request: Request, viewer: Viewer) -> Answer:
    """A route that writes but accepts a read key."""
    return Answer()


@streamed(scope="read", events=events.shapes(), headers=StreamHeaders)
async def unchecked(request: Request) -> JsonAnswer:
    """A route that declares a scope and forgets to check it."""
    return envelope.ok(Answer())


@operation(scope="read")
async def unsaid(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """A route that names an object nobody has thought of."""
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
async def test_an_unguarded_route_is_detected(
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
        # The test above covers the other routes.
        monkeypatch.setattr(matrix, "routes", lambda app: [r for r in routes(app) if "/new" in r.path])
        monkeypatch.setattr(matrix, "public", list)
        monkeypatch.setattr(matrix, "FOREIGN", {})
        found = await complaints(app, client)
    assert any(line.startswith(complaint) for line in found), found


@pytest.mark.fault("keys")
async def test_a_tweet_cannot_attach_a_picture_of_another_user(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    media_id = (await alice.upload(pictures.jpeg()))["media_id"]
    for who in (bob, carol):
        answer = await who.post("/api/tweets", json={"tweet_data": "x", "tweet_media_ids": [media_id]})
        assert answer.error == (404, "media_not_found")
