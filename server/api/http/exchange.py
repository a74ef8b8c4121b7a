"""Requests and responses: Sanic's HTTP/1.1, with our headers in each response and a log of each request.

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

from server.api.http import heads, traced
from server.api.http.admission import REFUSALS, hold_back
from server.api.http.framing import CHUNK_LINE, FREE_CHUNKS, SMALLEST_CHUNK, chunk_size
from server.api.http.headers import ORIGIN
from server.api.http.heads import Head
from server.api.http.measured import METHODS, RequestMetrics
from server.api.http.messages import JsonAnswer, PerchRequest
from server.core.limits import large

# A success without headers of its own, as Sanic would write it.
SUCCESS = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json%b%b%b\r\ncontent-length: %d\r\nconnection: %b\r\n\r\n"
)

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
    response_func: Any
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
        headers = protocol.headers
        shared = headers.for_others(request) if headers.has_origins else NOT_SHARED
        if isinstance(response, JsonAnswer):
            standard = headers.shared_json if ORIGIN in shared else headers.json
            response.common = standard, b"\r\nx-request-id: " + request._id.encode(), request.rate
        else:
            for name, value in headers.each.items():
                response.headers.setdefault(name, value)
            response.headers["x-request-id"] = request._id
        if shared:
            response.headers.update(shared)
        return response

    async def http1_response_header(self, data: bytes, end_stream: bool) -> None:
        """Send the head of a response, and its body if that is complete."""
        response, protocol, request = self.response, self.protocol, self.request
        rates, may_be_delayed = protocol.app.ctx.perch.rates, not request.rate or response.status in REFUSALS
        if rates is not None and may_be_delayed and not self.is_stopping:
            self.keep_alive = await hold_back(request, response.status, rates) and self.keep_alive
        body = response.body
        size = len(body or b"")
        if size < large.LARGE:
            large.give_back()  # it is smaller than it was expected to be
        is_plain = type(response) is JsonAnswer and response.status == 200 and not response.headers
        if not is_plain or self.head_only or self.expecting_continue:
            await super().http1_response_header(data, end_stream)
            large.give_back()
            return
        self.response_func, self.response_size = None, size
        if protocol.access_log:
            self.log_response()
        connection = b"keep-alive" if self.keep_alive else b"close"
        head = SUCCESS % (*response.common, size, connection)
        if size < large.LARGE:
            await self._send(head + body)
        else:  # without copying it
            await self._send(head)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(large.PATIENCE):
                    await self._send(body)
            large.give_back()
        await protocol.writable()
        self.stage = Stage.IDLE

    async def error_response(self, exception: Exception) -> None:
        """Respond with an error, unless nobody is there any more: Sanic would log that as another error."""
        transport = self.protocol.transport
        if transport is None or transport.is_closing():
            self.keep_alive = False
            self.request_body = None  # its rest isn't waited for either
            return
        await super().error_response(exception)

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
        if self.request.method != self.request.method.upper():
            # Sanic takes "head" for HEAD, and a proxy may not: it would wait for a body.
            self.head_only, self.keep_alive = False, False
            raise BadRequest("Methods are written in capital letters.")
        if raw and not self.request_body and not self.upgrade_websocket:
            request, url, head_only = self.request, cast(str, self.url), bool(self.head_only)
            head = Head(
                request.method,
                url,
                request.version,
                request.headers,
                self.keep_alive,
                head_only,
                request.raw_url,
                request._parsed_url,
            )
            self.protocol.heads.keep(raw, head)

    async def _begin(self, raw: bytes, known: Head) -> None:
        """Begin a request with a known head, as Sanic does after parsing one."""
        self.url, self.keep_alive, self.head_only = known.url, known.keep_alive, known.head_only
        self.upgrade_websocket = False
        protocol = self.protocol
        request = PerchRequest.again(known, raw, protocol.transport, protocol.app)
        PerchRequest._current.set(request)
        if protocol.app.ctx.has_signals:  # error reports rely on signals
            await self.dispatch("http.lifecycle.request", inline=True, context={"request": request})
        self.request_bytes_left = self.request_bytes = 0
        self.request, request.stream = request, self
        protocol.state["requests_count"] += 1

    async def http1(self) -> None:
        """Serve all requests of the connection."""
        try:
            await super().http1()  # type: ignore[no-untyped-call]
        except AttributeError:
            # When a connection is lost, Sanic logs its request, even if only a part of a head has arrived.
            if self.request is not None or self.protocol.transport is not None:
                raise
            return
        finally:
            large.give_back()
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
