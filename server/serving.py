"""One web process' connections, from the first to the last.

A server that stops must not drop a request. Sanic's own way closes idle connections at once, those too on
which a request is arriving, and goes on accepting while it does so. Here the process first stops accepting:
who waits is served by the other processes, or by the next to be started, as they all accept from one socket.
Then each answer says that its connection closes; streams are told to come again; and a connection on which
nothing arrives is closed after a moment.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Collection

from sanic.server.protocols.http_protocol import HttpProtocol

from server.api.http.protocol import PerchHttp, PerchProtocol
from server.context import App

# Connections that wait to be accepted, over all web processes: when a server starts again, all of its live
# streams come back at once. The kernel has a bound of its own (net.core.somaxconn, 4,096).
BACKLOG = 4096

# How long an idle connection of a stopping process may still bring a request. Seconds.
LINGER = 1.0

LOOK_EVERY = 0.05  # seconds


async def serve(
    app: App, listener: socket.socket, stop: asyncio.Event, on_serving: Callable[[], None], *, within: float
) -> None:
    """Accept and answer until `stop` is set; then finish what is under way, in `within` seconds at most."""
    # On a terminal Sanic asks in colours whether `--debug` was meant, which is an option of its own command.
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
    """Returns when there is no connection any more; the last ones are cut off."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while connections and loop.time() < began + within:
        if loop.time() >= began + LINGER:
            for connection in list(connections):
                connection.close_if_idle()
        await asyncio.sleep(LOOK_EVERY)
    for connection in list(connections):
        connection.abort()
