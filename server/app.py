"""The Sanic application: blueprints, errors, headers, and what is opened and closed around them."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from sanic import Request, Sanic
from sanic.exceptions import BadURL
from sanic.response import BaseHTTPResponse

from config.logging import current_work
from config.settings import Settings
from server.blueprints import docs, health, instance, keys, media, pages, stream, timelines, tweets, users
from server.context import App, Context
from server.http.errors import EnvelopeErrors

# Of a JSON body. A tweet of 16 KiB takes six times that where every character is escaped.
MAX_BODY = 256 * 1024

# Seconds: a client may send nothing for so long in the middle of a request; an answer takes no longer; an
# idle connection is kept.
REQUEST_TIMEOUT, RESPONSE_TIMEOUT, KEEP_ALIVE = 30, 60, 75

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

# Where a request goes whose address is not one: nothing is there.
NOWHERE = b"/not-an-address"


class PerchRequest(Request):
    """Sanic's, but for two things.

    One whose address cannot be read is answered 404, where Sanic would close without an answer. And its id
    is ours always: what a client sends as X-Request-ID would be written into our log lines.
    """

    def __init__(self, url_bytes: bytes, *arguments: Any, **options: Any) -> None:
        try:
            super().__init__(url_bytes, *arguments, **options)
        except BadURL:
            super().__init__(NOWHERE, *arguments, **options)
        self._id = uuid.uuid4()


Opener = Callable[[], AbstractAsyncContextManager[Context]]


def create_app(settings: Settings, opener: Opener, *, name: str = "perch") -> App:
    """The application. `opener` gives what handlers share, from before the first request to the last."""
    app: App = Sanic(
        name, error_handler=EnvelopeErrors(), request_class=PerchRequest, configure_logging=False
    )
    app.config.update(
        REQUEST_MAX_SIZE=MAX_BODY,
        REQUEST_TIMEOUT=REQUEST_TIMEOUT,
        RESPONSE_TIMEOUT=RESPONSE_TIMEOUT,
        KEEP_ALIVE_TIMEOUT=KEEP_ALIVE,
        GRACEFUL_SHUTDOWN_TIMEOUT=10.0,
        AUTO_EXTEND=False,
        MOTD=False,
    )
    app.router.register_pattern("id", row_id, r"\d+")
    for part in (tweets, timelines, users, keys, media, stream, instance, health):
        app.blueprint(part.bp)
    docs.set_up(app)
    pages.set_up(app, settings)
    app.on_request(name_the_request)
    app.on_response(add_headers)
    app.on_response(write_access_line)
    share_context(app, opener)
    return app


def row_id(text: str) -> int:
    """An id from an address. What no column can hold becomes 0, which is nobody's id.

    Raises ValueError for what is no number, which Sanic takes as an address that does not exist.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text) if len(text) < 19 else 0


def share_context(app: App, opener: Opener) -> None:
    """Open what handlers share before the server starts, close it after it stopped."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        async with opener() as perch:
            app.ctx.perch = perch
            yield

    async def start(app: App) -> None:
        app.ctx.opened = opened()
        await app.ctx.opened.__aenter__()

    async def end_streams(app: App) -> None:
        app.ctx.perch.hub.end_all()

    async def stop(app: App) -> None:
        await app.ctx.opened.__aexit__(None, None, None)

    app.before_server_start(start)
    app.before_server_stop(end_streams)
    app.after_server_stop(stop)


async def name_the_request(request: Request) -> None:
    """Log lines of this request carry its id."""
    current_work.set(str(request.id))


async def add_headers(request: Request, response: BaseHTTPResponse) -> None:
    """Headers that every answer has, where the handler did not say otherwise."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["x-request-id"] = str(request.id)


async def write_access_line(request: Request, response: BaseHTTPResponse) -> None:
    """What was asked and answered, where ACCESS_LOG is on."""
    access_log = getattr(request.app.ctx, "access_log", None)
    if access_log is not None:
        began = getattr(request.stream, "perft0", None) or time.perf_counter()
        route = request.route.path if request.route else "-"
        size = len(response.body) if response.body is not None else None
        seconds = time.perf_counter() - began
        access_log.write(str(request.id), request.method, f"/{route}", response.status, size, seconds)
