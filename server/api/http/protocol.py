"""Perch's HTTP: Sanic's protocol, extended by the headers of every response and the log of every request.

This hooks into methods that Sanic calls anyway. As middleware, with each header encoded and checked for each
response and a random id for each request, the same took 14 us, when all that bare Sanic does takes 35 us.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, ClassVar, cast

from sanic.exceptions import BadRequest
from sanic.http import Http, Stage
from sanic.http.http1 import HTTP_CONTINUE
from sanic.response import BaseHTTPResponse
from sanic.server.protocols.http_protocol import HttpProtocol

from server.api.http import heads, traced
from server.api.http.framing import CHUNK_LINE, FREE_CHUNKS, SMALLEST_CHUNK, chunk_size
from server.api.http.headers import ORIGIN, StandardHeaders
from server.api.http.heads import Head, Heads
from server.api.http.held import Held
from server.api.http.measured import METHODS, RequestMetrics
from server.api.http.messages import JsonAnswer, PerchRequest
from server.core.errors import TooSlow

# How many seconds a head may take to arrive; how many a body may take, plus one second for each SLOWEST bytes
# that have come; and how many the rest of a body may take if the request already has its response.
HEAD_TIMEOUT, BODY_TIMEOUT, SLOWEST, DROP_TIMEOUT = 15, 30, 8 << 10, 10

# After a refusal, for how many seconds and how many bytes a client may keep sending, unread.
LINGER, LINGER_BYTES = 1.0, 16 << 20

# The headers between a JSON response's content type and its own headers.
COMMON = b"\r\n%b\r\nx-request-id: %b%b"


# Responses that other sites may not read have no CORS headers.
NOT_SHARED: dict[str, str] = {}


class PerchHttp(Http):
    """Sanic's HTTP/1.1, which passes each response through here before sending it."""

    __slots__ = ("chunks", "waited_already")

    # Sanic's type hints don't cover everything that these attributes hold.
    protocol: Any
    request: Any
    request_body: Any
    response: Any
    chunks: int  # in the current body
    waited_already: bool  # whether the current request had arrived before the previous response ended

    # For the whole process. Once set, responses close their connection, so clients move to another process.
    is_stopping: ClassVar[bool] = False
    metrics: ClassVar[RequestMetrics] = RequestMetrics()

    def respond(self, response: BaseHTTPResponse) -> BaseHTTPResponse:
        """Add what every response has."""
        super().respond(response)
        protocol, request = self.protocol, self.request
        protocol.began = 0.0
        route = request.route.path if request.route else None
        self.metrics.note(route, request.method, response.status, request.began)
        if request.span is not None:
            traced.end(request.span, request.method, route, response.status)
        if self.is_stopping:
            self.keep_alive = False
        headers, request_id = protocol.headers, str(request.id)
        shared = headers.for_others(request) if headers.has_origins else NOT_SHARED
        if isinstance(response, JsonAnswer):
            standard = headers.shared_json if ORIGIN in shared else headers.json
            response.common = COMMON % (standard, request_id.encode(), request.rate)
        else:
            for name, value in headers.each.items():
                response.headers.setdefault(name, value)
            response.headers["x-request-id"] = request_id
        if shared:
            response.headers.update(shared)
        return response

    def init_for_request(self) -> None:
        """Reset the state before waiting for the next request."""
        self.protocol.unread.let_go(self.protocol.transport)
        super().init_for_request()  # type: ignore[no-untyped-call]
        self.waited_already = bool(self.recv_buffer)

    async def http1_request_header(self) -> None:
        """Read the next request's head. If it is already waiting, other connections get a turn first."""
        buffer = self.recv_buffer
        if self.waited_already:
            await asyncio.sleep(0)
        raw = heads.waiting(buffer)
        if (known := self.protocol.heads.get(raw)) is not None:
            del buffer[: len(raw) + len(heads.ENDS)]
            await self._begin(raw, known)
            return
        await super().http1_request_header()  # type: ignore[no-untyped-call]
        if raw and not self.request_body and not self.upgrade_websocket:
            request, url, head_only = self.request, cast(str, self.url), bool(self.head_only)
            head = Head(request.method, url, request.version, request.headers, self.keep_alive, head_only)
            self.protocol.heads.keep(raw, head)

    async def _begin(self, raw: bytes, known: Head) -> None:
        """Begin a request with a known head, as Sanic does after parsing one."""
        self.url, self.keep_alive, self.head_only = known.url, known.keep_alive, known.head_only
        self.upgrade_websocket = False
        protocol = self.protocol
        request = PerchRequest(
            url_bytes=known.url.encode(),
            headers=known.headers,
            head=raw,
            version=known.version,
            method=known.method,
            transport=protocol.transport,
            app=protocol.app,
        )
        PerchRequest._current.set(request)
        if protocol.app.ctx.has_signals:  # error reports rely on signals
            await self.dispatch("http.lifecycle.request", inline=True, context={"request": request})
        self.request_bytes_left = self.request_bytes = 0
        self.request, request.stream = request, cast(Any, self)
        protocol.state["requests_count"] += 1

    async def http1(self) -> None:
        """Serve all requests of the connection."""
        await super().http1()  # type: ignore[no-untyped-call]
        if self.response is not None and self.response.status >= 400 and not self.is_stopping:
            await self.protocol.linger(dropped=self.request_bytes or 0)

    async def read(self) -> bytes | None:
        """Read some bytes of the body; None at its end."""
        if self.request_body == "chunked" and not self.request_bytes_left:
            self.request_bytes_left = await self._next_chunk()
            if not self.request_bytes_left:
                self.request_body = None
                return None
            self.request_bytes = (self.request_bytes or 0) + self.request_bytes_left
        return await super().read()

    async def _next_chunk(self) -> int:
        """The size of the next chunk; 0 at the end of the body, which has then been read completely."""
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(HTTP_CONTINUE)
        buffer = self.recv_buffer  # begins with the line end of the head or of the previous chunk
        while (end := buffer.find(b"\r\n", 2)) < 0 and len(buffer) < CHUNK_LINE:
            await self._receive_more()
        self.keep_alive, kept = False, self.keep_alive  # restored if the chunk is valid
        if end < 0 or buffer[:2] != b"\r\n":
            raise BadRequest("A chunk doesn't begin where the one before it ends.")
        size = chunk_size(bytes(buffer[2:end]))
        self.chunks = self.chunks + 1 if self.request_bytes else 1
        if self.chunks > FREE_CHUNKS + (self.request_bytes or 0) // SMALLEST_CHUNK:
            raise BadRequest("The chunks are too small.")
        del buffer[: end + 2]
        if not size:
            while len(buffer) < 2:
                await self._receive_more()
            if buffer[:2] != b"\r\n":
                raise BadRequest("Trailers after the body aren't supported.")
            del buffer[:2]
        self.keep_alive = kept
        return size

    def log_response(self) -> None:
        """Log the request and its response, if ACCESS_LOG is on."""
        request, response = self.request, self.response
        access_log = getattr(request.app.ctx, "access_log", None)
        if access_log is None:
            return
        began = self.perft0 or time.perf_counter()
        route = request.route.path if request.route else "-"
        size = len(response.body) if response.body is not None else None
        seconds = time.perf_counter() - began
        method = request.method if request.method in METHODS else "other"  # clients may send any word
        access_log.write(str(request.id), method, f"/{route}", response.status, size, seconds)


class PerchProtocol(HttpProtocol):
    """One connection. However slowly a client sends, it has one deadline for the whole, not one per byte."""

    HTTP_CLASS = PerchHttp
    __slots__ = ("began", "counted", "headers", "heads", "unread")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.began = 0.0  # when we first waited for the rest of the current request
        self.headers: StandardHeaders = self.app.ctx.standard_headers
        self.heads: Heads = self.app.ctx.heads  # parsed heads, kept for reuse
        self.unread: Held = self.app.ctx.unread
        self.counted: str | None = None  # the address it counts for; None if it was refused

    def connection_made(self, transport: Any) -> None:
        """Serve the connection, unless it is one too many."""
        self.counted = self.app.ctx.connections.take(transport)
        if self.counted is not None:
            super().connection_made(transport)  # type: ignore[no-untyped-call]

    def pause_writing(self) -> None:
        """Stop reading requests, as the client isn't taking any data at the moment."""
        super().pause_writing()  # type: ignore[no-untyped-call]
        transport = cast(asyncio.WriteTransport, self.transport)
        self.app.ctx.unsent.let_go(transport)  # its waiting time starts again
        if not transport.is_closing():
            cast(asyncio.ReadTransport, transport).pause_reading()  # otherwise it could send requests forever
        held = transport.get_write_buffer_size() + len(self.recv_buffer)
        self.app.ctx.unsent.hold(transport, held)

    def resume_writing(self) -> None:
        """Read requests again, as the client is taking data again, unless enough are waiting already."""
        super().resume_writing()  # type: ignore[no-untyped-call]
        self.app.ctx.unsent.let_go(self.transport)
        is_open = self.transport is not None and not self.transport.is_closing()
        if is_open and len(self.recv_buffer) < self.app.config.REQUEST_BUFFER_SIZE:
            cast(asyncio.ReadTransport, self.transport).resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """Release what the closed connection held."""
        self.unread.let_go(cast(asyncio.WriteTransport, self.transport))
        self.app.ctx.unsent.let_go(self.transport)
        if self.counted is not None:
            self.app.ctx.connections.give_back(self.counted)
        super().connection_lost(error)  # type: ignore[no-untyped-call]

    async def receive_more(self) -> None:
        """Wait for more bytes; in the middle of a request, only until its deadline. Raises TooSlow."""
        http = self._http
        if http.stage is Stage.IDLE and not http.request_body:
            self.began = 0.0
            cast(Any, self.transport).resume_reading()
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

    async def writable(self) -> None:
        """Wait until the client has taken enough of the data written, or the connection is lost."""
        await self._can_write.wait()

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

    async def _more(self) -> None:
        await super().receive_more()  # type: ignore[no-untyped-call]


def patience(http: PerchHttp) -> float:
    """How many seconds the current request may take to arrive after we first waited for the rest of it."""
    if http.response is not None:
        return DROP_TIMEOUT
    if http.request_body is None:
        return HEAD_TIMEOUT
    received = (http.request_bytes or 0) - (http.request_bytes_left or 0)
    return BODY_TIMEOUT + received / SLOWEST
