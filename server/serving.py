"""Serves one web process's connections, from the first to the last.

A server that stops must not drop a request. Sanic would close idle connections at once, even those on which a
request is arriving, and would keep accepting meanwhile. Here the process first stops accepting: waiting
connections are served by the other processes, or by the next one started, as all accept from one socket.
Then every response says that its connection closes; streams are told to reconnect; and a connection on which
nothing arrives is closed after a moment.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Collection

from sanic.server.protocols.http_protocol import HttpProtocol

from server.api.http.exchange import PerchHttp
from server.api.http.protocol import PerchProtocol
from server.context import App

# How many connections may wait to be accepted, for all web processes together: when a server restarts, all of
# its live streams come back at once. The kernel has a limit of its own (net.core.somaxconn, 4,096).
BACKLOG = 4096

# For how many seconds an idle connection of a stopping process may still bring a request.
LINGER = 1.0

LOOK_EVERY = 0.05  # seconds


async def serve(
    app: App, listener: socket.socket, stop: asyncio.Event, on_serving: Callable[[], None], *, within: float
) -> None:
    """Serve requests until `stop` is set; then finish what is under way, within `within` seconds at most."""
    # On a terminal, Sanic would ask in colours whether `--debug` was meant, an option of its own command.
    os.environ["SANIC_IGNORE_PRODUCTION_WARNING"] = "1"
    server = await app.create_server(
        sock=listener,
        protocol=PerchProtocol,
        backlog=BACKLOG,
        access_log=getattr(app.ctx, "access_log", None) is not None,  # `PerchHttp.log_response` writes it
        return_asyncio_server=True,
        asyncio_server_kwargs={"start_serving": False},
    )
    if server is None:
        raise RuntimeError("Sanic made no server")
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    on_serving()
    await stop.wait()
    PerchHttp.is_stopping = True
    server.close()
    await server.before_stop()
    await drained(server.connections, within)
    await server.after_stop()


async def drained(connections: Collection[HttpProtocol], within: float) -> None:
    """Return once there are no connections left; any that remain after `within` seconds are dropped."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while connections and loop.time() < began + within:
        if loop.time() >= began + LINGER:
            for connection in list(connections):
                connection.close_if_idle()
        await asyncio.sleep(LOOK_EVERY)
    for connection in list(connections):
        connection.abort()
