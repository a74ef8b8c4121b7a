"""One connection: how long it may take, and how much may wait in it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection
from typing import Any

from sanic.exceptions import BadRequest, RequestCancelled
from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

from server.api.http import held
from server.api.http.connections import LINGER
from server.api.http.exchange import PerchHttp
from server.api.http.headers import StandardHeaders
from server.api.http.heads import Heads, target_of
from server.api.http.held import Held
from server.api.http.messages import PerchRequest
from server.core.errors import TooSlow
from server.core.limits import large

# How many seconds a head may take to arrive; how many a body may take, plus one second for each SLOWEST bytes
# that have come; and how many the rest of a body may take if the request already has its response.
HEAD_TIMEOUT, BODY_TIMEOUT, SLOWEST, DROP_TIMEOUT = 15, 30, 8 << 10, 10

# How many bytes a client may keep sending after a refusal; they are read and dropped.
LINGER_BYTES = 16 << 20

# How often all connections are looked at for responses that their clients don't take, in seconds; and after
# how many written bytes, if that is sooner.
LOOK_EVERY, LOOK_AFTER = 1.0, 32 << 20


class PerchProtocol(HttpProtocol):
    """One connection. However slowly a client sends, it has one deadline for the whole, not one per byte."""

    HTTP_CLASS = PerchHttp
    __slots__ = (
        *("began", "buffer_size", "connection", "counted", "has_waited", "headers", "heads"),
        *("is_waiting", "unread", "written"),
    )

    transport: Any  # Sanic says that it may be None; while a request is served, it isn't

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.request_handler = self.handle
        self.buffer_size: int = self.app.config.REQUEST_BUFFER_SIZE
        self.began = 0.0  # when we first waited for the rest of the current request
        self.headers: StandardHeaders = self.app.ctx.standard_headers
        self.heads: Heads = self.app.ctx.heads  # parsed heads, kept for reuse
        self.unread: Held = self.app.ctx.unread
        self.is_waiting = False  # whether what has arrived is counted as waiting
        self.has_waited = False  # whether a response waited for the client at the last look
        self.written = 0  # bytes written since the client had last taken everything
        self.connection: Any = None  # the transport, also once Sanic has forgotten it
        self.counted: str | None = None  # the address it counts for; None if it was refused

    def connection_made(self, transport: Any) -> None:
        """Serve the connection, unless it is one too many."""
        self.connection = transport
        self.counted = self.app.ctx.connections.take(transport)
        if self.counted is not None:
            super().connection_made(transport)  # type: ignore[no-untyped-call]
            self.app.ctx.looks.begin(self.connections)

    def data_received(self, data: bytes) -> None:
        """Keep what has arrived; as in Sanic, which looks up the buffer's size in its settings each time."""
        self._time = time.monotonic()
        self.recv_buffer += data
        size = len(self.recv_buffer)
        if size > held.FEW and self.transport is not None:
            self.is_waiting = True
            self.app.ctx.waiting.hold(self.transport, size)
            if size >= self.buffer_size:
                self.transport.pause_reading()
        self._data_received.set()

    def pause_writing(self) -> None:
        """Stop reading requests, as the client isn't taking any data at the moment."""
        super().pause_writing()  # type: ignore[no-untyped-call]
        transport = self.transport
        self.app.ctx.unsent.let_go(transport)  # its waiting time starts again
        if not transport.is_closing():
            transport.pause_reading()  # otherwise it could send requests forever
        # However little of it is left, all of it is kept until the client has taken its last byte.
        size = max(self.written, transport.get_write_buffer_size()) + len(self.recv_buffer)
        self.app.ctx.unsent.hold(transport, size)

    def resume_writing(self) -> None:
        """Read requests again, as the client is taking data again, unless enough are waiting already."""
        super().resume_writing()  # type: ignore[no-untyped-call]
        self.app.ctx.unsent.let_go(self.connection)
        is_open = self.transport is not None and not self.transport.is_closing()
        if is_open and len(self.recv_buffer) < self.buffer_size:
            self.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """Release what the closed connection held."""
        self.app.ctx.waiting.let_go(self.connection)
        self.unread.let_go(self.connection)
        self.app.ctx.unsent.let_go(self.connection)
        if self.counted is not None:
            self.app.ctx.connections.give_back(self.counted)
        super().connection_lost(error)  # type: ignore[no-untyped-call]
        self.recv_buffer.clear()  # the garbage collector, which frees this object, comes much later

    async def handle(self, request: PerchRequest) -> None:
        """Respond to a request, as `Sanic.handle_request` does, but route a known head only once.

        Sanic also looks for signals and middleware at each request. Where there are any, it is left to Sanic.
        """
        app, known = self.app, request.known
        if known is None or app.ctx.has_signals:
            await app.handle_request(request)
            return
        if known.target is None:
            await app.handle_request(request)
            known.target = target_of(request)
            return
        request.route, handler, arguments = known.target
        request.match_info = arguments
        try:
            answer = await handler(request, **arguments)
            if answer is not None:  # otherwise the handler has responded itself
                self._http.respond(answer)
                request.responded = True
                await self._http.http1_response_header(b"", True)
        except Exception as error:
            await app.handle_exception(request, error, run_middleware=False)

    async def receive_more(self) -> None:
        """Wait for more bytes; in the middle of a request, only until its deadline. Raises TooSlow."""
        http = self._http
        if self.is_waiting:  # what had arrived has been taken
            self.is_waiting = False
            self.app.ctx.waiting.let_go(self.transport)
        if http.stage is Stage.IDLE and not http.request_body:
            self.began = 0.0
            self.transport.resume_reading()
            self._data_received.clear()
            await self._data_received.wait()
            return
        now = self.loop.time()
        self.began = self.began or now
        try:
            async with asyncio.timeout(self.began + patience(http) - now):
                await self._more()
        except TimeoutError:
            http.keep_alive = False
            if http.response is not None:  # it has its response, and the rest was only to be dropped
                raise BadRequest("The rest of the body didn't arrive.") from None
            raise TooSlow from None

    async def send(self, data: bytes) -> None:
        """Write. A client that has sent more requests must take this before anything else is made for it."""
        if not self._can_write.is_set():  # as in `writable`, without a coroutine for each response
            await self._can_write.wait()
        transport = self.transport
        if transport.is_closing():
            raise RequestCancelled
        if not transport.get_write_buffer_size():
            self.written = 0
        self.written += len(data)
        transport.write(data)
        self._time = time.monotonic()
        self.app.ctx.looks.wrote(len(data))
        large.written(len(data))
        if self.recv_buffer:
            await asyncio.sleep(0)  # the event loop writes at the end of its turn
            if transport.get_write_buffer_size() and not transport.is_closing():
                self.count()
        if not self._can_write.is_set():
            self.app.ctx.unsent.hold(transport, self.written + len(self.recv_buffer))
            await self._can_write.wait()

    def look(self) -> None:
        """Count what waits for the client, if something has waited since the look before."""
        transport = self.transport
        waits = transport is not None and not transport.is_closing() and transport.get_write_buffer_size() > 0
        if waits and self.has_waited and self._can_write.is_set():
            self.count()
        self.has_waited = waits

    def count(self) -> None:
        """Pause writing from the first byte on that the client doesn't take: `pause_writing` counts these.

        By default, a connection pauses at 64 KiB. That is faster, because the event loop then writes once in
        each of its turns, but thousands of connections would hold a lot that nobody counts.
        """
        self.transport.set_write_buffer_limits(high=0, low=0)

    async def writable(self) -> None:
        """Wait until the client has taken the data written, or the connection is lost."""
        if not self._can_write.is_set():
            await self._can_write.wait()

    def close_if_idle(self) -> bool:
        """Close it when the process stops, if no request is being served; return whether it is closed.

        Where only a part of a head has come, nothing was done yet: the client sends the request again.
        """
        http = self._http
        if http is not None and http.stage is Stage.REQUEST and http.request is None:
            self.abort()  # type: ignore[no-untyped-call]
            return True
        return bool(super().close_if_idle())

    def check_timeouts(self) -> None:
        """Called regularly. Sanic never times out a WebSocket upgrade, so we refuse it here."""
        if self._http is not None:
            self._http.upgrade_websocket = False
        super().check_timeouts()  # type: ignore[no-untyped-call]

    async def linger(self, *, dropped: int) -> None:
        """Before closing, let a client that is still sending read its refusal, which a reset would destroy.

        `dropped` is how many bytes of the body have already been read.
        """
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        with contextlib.suppress(TimeoutError, RuntimeError, OSError):
            transport.write_eof()
            async with asyncio.timeout(LINGER):
                while dropped < LINGER_BYTES:
                    dropped += len(self.recv_buffer)
                    self.recv_buffer.clear()
                    await self._more()
                # It may not have read the refusal yet, and closing now, with bytes unread, would be a reset.
                transport.pause_reading()
                await asyncio.sleep(LINGER)

    async def _more(self) -> None:
        await super().receive_more()  # type: ignore[no-untyped-call]


class Looks:
    """Looks at all connections for responses that clients don't take: once a second, or sooner.

    It looks sooner when much was written since: thousands of clients that don't read would otherwise hold all
    that was written for them within two seconds, before any of it counts.
    """

    def __init__(self) -> None:
        self._connections: Collection[PerchProtocol] = ()
        self._next: asyncio.Handle | None = None
        self._written = 0

    def begin(self, connections: Collection[PerchProtocol]) -> None:
        """Look regularly, as long as there are connections."""
        if self._next is None:
            self._connections = connections
            self._next = asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)

    def wrote(self, size: int) -> None:
        """Look soon, if much was written."""
        self._written += size
        if self._written > LOOK_AFTER and self._next is not None:
            self._next.cancel()
            self._written = 0
            self._next = asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._next, self._written = None, 0
        for one in list(self._connections):
            one.look()
        if self._connections:
            self.begin(self._connections)


def patience(http: PerchHttp) -> float:
    """How many seconds the current request may take to arrive after we first waited for the rest of it."""
    if http.response is not None:
        return DROP_TIMEOUT
    if http.request_body is None:
        return HEAD_TIMEOUT
    received = (http.request_bytes or 0) - (http.request_bytes_left or 0)
    return BODY_TIMEOUT + received / SLOWEST
