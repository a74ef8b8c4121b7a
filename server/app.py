"""The Sanic application: its blueprints, error handling, and the resources opened and closed around them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sanic import Sanic

from config.settings import Settings
from server.api.http import held, objects
from server.api.http.addresses import Addresses
from server.api.http.connections import Connections
from server.api.http.errors import EnvelopeErrors
from server.api.http.headers import StandardHeaders
from server.api.http.heads import Heads
from server.api.http.held import Held
from server.api.http.hosts import Hosts
from server.api.http.messages import PerchRequest
from server.api.http.protocol import Looks
from server.api.http.router import Router
from server.api.pages import docs, health, metrics, pages
from server.api.perch.routes import ROUTES
from server.context import App, Context
from server.core.limits.turns import Turns

# The most bytes in a JSON body. A tweet of 16 KiB takes six times as much if every character is escaped.
MAX_BODY = 256 * 1024

# Sanic's name for this signal. Only Sentry's error reports listen to Sanic's signals.
REQUEST_BEGINS = "http.lifecycle.request"

# In seconds: how long a client may send nothing in the middle of a request, how long a response may take, and
# how long an idle connection is kept.
REQUEST_TIMEOUT, RESPONSE_TIMEOUT, KEEP_ALIVE = 30, 60, 75

# The APIs, and the routes without key or envelope.
BLUEPRINTS = (*ROUTES, health.bp, metrics.bp)

Opener = Callable[[], AbstractAsyncContextManager[Context]]


def create_app(settings: Settings, opener: Opener, *, name: str = "perch") -> App:
    """Create the application. `opener` opens what handlers share, for the server's whole life."""
    app: App = Sanic(
        name,
        router=Router(),
        error_handler=EnvelopeErrors(),
        request_class=PerchRequest,
        configure_logging=False,
        env_prefix=None,  # otherwise variables like SANIC_INSPECTOR would be undocumented settings
    )
    app.config.update(
        REQUEST_MAX_SIZE=MAX_BODY,
        REQUEST_TIMEOUT=REQUEST_TIMEOUT,
        RESPONSE_TIMEOUT=RESPONSE_TIMEOUT,
        KEEP_ALIVE_TIMEOUT=KEEP_ALIVE,
        AUTO_EXTEND=False,
        MOTD=False,
        # These turn off Sanic's own handling of proxy headers; ours is `server.api.http.addresses`.
        FORWARDED_SECRET=None,
        REAL_IP_HEADER=None,
        PROXIES_COUNT=None,
    )
    app.ctx.addresses = Addresses(settings)
    app.ctx.hosts = Hosts(settings)
    app.ctx.standard_headers = StandardHeaders(settings)
    app.ctx.readiness = health.Readiness()
    app.ctx.unsent, app.ctx.unread = Held(held.ANSWERS), Held(held.BODIES)
    app.ctx.waiting = Held(held.REQUESTS)
    app.ctx.turns_of_readers = Turns(at_once=objects.AT_ONCE, waiting=objects.WAITING)
    app.ctx.heads, app.ctx.has_signals, app.ctx.looks = Heads(), False, Looks()
    app.ctx.connections = Connections(settings, app.ctx.addresses, app.ctx.standard_headers)
    app.router.register_pattern("id", row_id, r"\d+")
    for blueprint in BLUEPRINTS:
        app.blueprint(blueprint)
    docs.set_up(app)
    pages.set_up(app, settings)
    read_every_body(app)
    share_context(app, opener)
    return app


def read_every_body(app: App) -> None:
    """Read and ignore bodies of GET and DELETE requests too, within the limit for all bodies.

    Sanic would leave such a body until after the response, and log a server error for each.
    """
    for route in app.router.routes:
        route.extra.ignore_body = False


def row_id(text: str) -> int:
    """Parse an id in an address. A number too large for any column becomes 0, which is nobody's id.

    Raises ValueError if it isn't a number; Sanic then treats the address as nonexistent.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text) if len(text) < 19 else 0


def share_context(app: App, opener: Opener) -> None:
    """Open what handlers share before the server starts, and close it after the server has stopped."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        async with opener() as perch:
            app.ctx.perch = perch
            yield

    async def start(app: App) -> None:
        PerchRequest.begin_process()
        app.ctx.has_signals = any(signal.name == REQUEST_BEGINS for signal in app.signal_router.routes)
        app.ctx.opened = opened()
        await app.ctx.opened.__aenter__()

    async def end_streams(app: App) -> None:
        app.ctx.perch.hub.end_all()

    async def stop(app: App) -> None:
        await app.ctx.opened.__aexit__(None, None, None)

    app.before_server_start(start)
    app.before_server_stop(end_streams)
    app.after_server_stop(stop)
