"""Applications with their own limits, served in this process and event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest_asyncio

from config.settings import Settings
from server.api.http.protocol import PerchProtocol
from server.app import create_app
from server.context import App, Context
from server.core.limits.rates import Rates
from server.core.limits.tally import PREFIX
from server.features.registry import LIMITS
from tests import servers
from tests.callers import Caller
from tests.waiting import turns


@dataclass(frozen=True)
class House:
    """A running application, its counters, and the socket on which it listens."""

    url: str
    app: App
    client: httpx.AsyncClient
    rates: Rates
    listening: Any

    def caller(self, who: Caller, address: str | None = None) -> Caller:
        """The same person at this application; from another address if a proxy is trusted."""
        headers = {"x-forwarded-for": address} if address else {}

        async def send(method: str, path: str, **arguments: Any) -> httpx.Response:
            arguments["headers"] = {**headers, **arguments.get("headers", {})}
            return await self.client.request(method, path, **arguments)

        return replace(who, send=send)


Open = Callable[..., Awaitable[House]]


@pytest_asyncio.fixture
async def house(perch: Context, database: None) -> AsyncIterator[Open]:
    """Opens an application with these settings; its counters start at zero, because its Redis is empty."""
    await forget(perch)
    names = iter(range(100))
    async with AsyncExitStack() as stack:

        async def opened(redis: Any = None, **settings: object) -> House:
            made: Settings = perch.settings.model_copy(update={"rate_limits": True, **settings})
            rates = await stack.enter_async_context(Rates(made, redis or perch.redis, LIMITS).running())
            own = replace(perch, settings=made, rates=rates)

            @asynccontextmanager
            async def opener() -> AsyncIterator[Context]:
                yield own

            app = create_app(made, opener, name=f"perch-limits-{id(made)}-{next(names)}")
            app.config.TOUCHUP = False  # sanic-testing rewrites Sanic's own classes, once per process
            url, listening = await stack.enter_async_context(served(app, made.host))
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30))
            return House(url, app, client, rates, listening)

        yield opened


async def forget(perch: Context) -> None:
    """Reset the counters in Redis, because alice has the same id in each test."""
    async for key in perch.redis.scan_iter(f"{PREFIX}*"):
        await perch.redis.delete(key)


@asynccontextmanager
async def served(app: Any, host: str) -> AsyncIterator[tuple[str, Any]]:
    """The address of the running application, and its listening socket."""
    port = servers.free_port()
    serving: Any = await app.create_server(
        host=host, port=port, protocol=PerchProtocol, return_asyncio_server=True
    )
    await serving.startup()
    await serving.before_start()
    await serving.after_start()
    yield f"http://{host}:{port}", serving.server.sockets[0]
    await serving.before_stop()
    await serving.close()
    for connection in list(serving.connections):
        connection.abort()
    await serving.after_stop()
    await turns()  # connections that were cut off are closed in the next iteration of the loop
