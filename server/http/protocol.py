"""HTTP as Perch speaks it: Sanic's protocol, with what every answer has and what is written of every request.

These are places that Sanic passes anyway. As middleware, with each header encoded and checked for each answer
and a random id for each request, the same cost 14 us, and all that bare Sanic does is 35.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterator
from typing import Any, ClassVar

from sanic import Request
from sanic.exceptions import BadURL
from sanic.http import Http
from sanic.response import BaseHTTPResponse, HTTPResponse
from sanic.server.protocols.http_protocol import HttpProtocol

from config.logging import current_work

# What every answer has, where the handler does not say otherwise.
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

JSON = "application/json"

# Answers depend on the viewer, and a browser must always see the newest.
NO_STORE = {"cache-control": "no-store"}

# Where a request goes whose address is not one: nothing is there.
NOWHERE = b"/not-an-address"


class PerchRequest(Request):
    """Sanic's, but for two things.

    One whose address cannot be read is answered 404, where Sanic would close without an answer. And its id
    is ours always: what a client sends as X-Request-ID would be written into our log lines.
    """

    process: ClassVar[str] = ""
    numbers: ClassVar[Iterator[int]] = itertools.count(1)

    def __init__(self, url_bytes: bytes, *arguments: Any, **options: Any) -> None:
        try:
            super().__init__(url_bytes, *arguments, **options)
            path: bytes | None = self._parsed_url.path
        except BadURL:
            path = None
        if path is None:  # not an address, or that of a host alone
            super().__init__(NOWHERE, *arguments, **options)
        self._id = f"{self.process}{next(self.numbers):08x}"
        current_work.set(self._id)  # log lines carry it

    @classmethod
    def begin_process(cls) -> None:
        """Ids of this process' requests are no other's from here on."""
        cls.process = secrets.token_hex(8) + "-"


class JsonAnswer(HTTPResponse):
    """A JSON answer that is encoded already, with the headers that all of them have."""

    __slots__ = ("request_id",)

    # In one piece: Sanic encodes and checks each header of each answer, though these never change.
    SAME = "\r\n".join(f"{name}: {value}" for name, value in {**NO_STORE, **HEADERS}.items()).encode()
    TYPE = JSON.encode() + b"\r\n" + SAME

    def __init__(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.asgi = False
        self.body = body
        self.content_type = JSON
        self.stream = None
        self.status = status
        self.headers: dict[str, Any] = headers if headers is not None else {}  # type: ignore[assignment]
        self._cookies = None
        self.request_id = ""

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """What Sanic writes. The values that change are ours, and hold no line breaks."""
        yield b"content-type", self.TYPE
        yield b"x-request-id", self.request_id.encode()
        for name, value in self.headers.items():
            yield name.encode(), str(value).encode()


class PerchHttp(Http):
    """Sanic's HTTP/1.1, which hands over each answer here before it is sent."""

    # Of the process: whoever is answered from now on connects again, to another one.
    is_stopping: ClassVar[bool] = False

    def respond(self, response: BaseHTTPResponse) -> BaseHTTPResponse:
        """Give the answer what every answer has."""
        super().respond(response)
        if self.is_stopping:
            self.keep_alive = False
        request_id = str(self.request.id)
        if isinstance(response, JsonAnswer):
            response.request_id = request_id
        else:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            response.headers["x-request-id"] = request_id
        return response

    def log_response(self) -> None:
        """What was asked and answered, where ACCESS_LOG is on."""
        request, response = self.request, self.response
        access_log = getattr(request.app.ctx, "access_log", None)
        if access_log is None:
            return
        began = self.perft0 or time.perf_counter()
        route = request.route.path if request.route else "-"
        size = len(response.body) if response.body is not None else None
        seconds = time.perf_counter() - began
        access_log.write(str(request.id), request.method, f"/{route}", response.status, size, seconds)


class PerchProtocol(HttpProtocol):
    """One connection."""

    HTTP_CLASS = PerchHttp
    __slots__ = ()
