"""The request and the JSON response of Perch's protocol."""

from __future__ import annotations

import itertools
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from sanic import Request
from sanic.compat import Header
from sanic.exceptions import BadURL
from sanic.request import RequestParameters
from sanic.response import HTTPResponse

from config.logging import current_work
from server.api.http import traced
from server.api.http.framing import check_head
from server.api.http.heads import Head
from server.core.limits.turns import asker

if TYPE_CHECKING:
    from server.context import App

JSON = "application/json"
TYPE = JSON.encode()

# The path given to a request whose address is invalid. Nothing is there.
NOWHERE = b"/not-an-address"


class PerchRequest(Request):
    """Sanic's request, with three differences.

    If its address can't be parsed, the response is 404, where Sanic would close the connection without one.
    Its id is always ours: a client's X-Request-ID would end up in our log lines. And its body is read only
    once we know who sends it, so that clients without a valid key can't fill the memory.
    """

    process: ClassVar[str] = ""
    numbers: ClassVar[Iterator[int]] = itertools.count(1)

    stream: Any

    # The rate-limit headers for the response, each preceded by a line end.
    rate: bytes = b""

    def __init__(
        self,
        url_bytes: bytes,
        headers: Header,
        version: str,
        method: str,
        transport: Any,
        app: App,
        head: bytes = b"",
    ) -> None:
        """Without a head, it stands for a request that Sanic couldn't read, and only carries the response."""
        if head:
            check_head(head, headers, version)
        try:
            super().__init__(url_bytes, headers, version, method, transport, app, head)
            path: bytes | None = self._parsed_url.path
        except BadURL:
            path = None
        if path is None:  # an invalid address, or only a host
            super().__init__(NOWHERE, headers, version, method, transport, app, head)
        elif head:
            app.ctx.hosts.check(self.headers.get("host"), path.decode())
        self._begin(None)

    @classmethod
    def again(cls, known: Head, head: bytes, transport: Any, app: App) -> Self:
        """A request with a head that the process has seen before, which has passed all checks.

        It has the same attributes as a new one. Sanic would parse the address and copy the headers, which
        takes half as long again.
        """
        self = cls.__new__(cls)
        self.raw_url, self._parsed_url, self.headers = known.raw_url, known.parsed_url, known.headers
        self.version, self.method, self.head = known.version, known.method, head
        self.app, self.transport, self.body = app, transport, b""
        self.parsed_args, self.parsed_not_grouped_args = defaultdict(RequestParameters), defaultdict(list)
        self._name = self._ctx = self._protocol = self.conn_info = self.route = None
        self.parsed_accept = self.parsed_cookies = self.parsed_credentials = self.parsed_files = None
        self.parsed_form = self.parsed_forwarded = self.parsed_json = self.parsed_token = None
        self._match_info, self.stream, self._stream_id = {}, None, 0
        self._request_middleware_started = self._response_middleware_started = self.responded = False
        self._begin(known)
        return self

    def _begin(self, known: Head | None) -> None:
        self.known = known
        self._id = f"{self.process}{next(self.numbers):08x}"
        self.began = time.perf_counter()
        current_work.set(self._id)  # for log lines
        asker.set(None)  # the connection's last request may have been somebody else's
        self.span = traced.begin(self.method, self._id)

    async def receive_body(self) -> None:
        """Called by Sanic before a handler. Operations receive the body themselves, after the key check."""
        if not hasattr(cast(Any, self.route).handler, "takes_body"):
            await self.drop_body()

    async def take_body(self) -> None:
        """Receive the body and keep it, within a limit for all requests of the process together."""
        unread, pieces, size = self.app.ctx.unread, [], 0
        async for piece in self.stream:
            pieces.append(piece)
            size += len(piece)
            unread.hold(self.transport, size)
        self.body = b"".join(pieces)

    async def drop_body(self) -> None:
        """Receive the body and throw it away."""
        async for _ in self.stream:
            pass

    @classmethod
    def begin_process(cls) -> None:
        """From now on, give this process's requests ids that no other process uses."""
        cls.process = secrets.token_hex(8) + "-"


class JsonAnswer(HTTPResponse):
    """A JSON response that is already encoded, with the headers that all of them have."""

    __slots__ = ("common",)

    def __init__(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.asgi = False
        self.body = body
        self.content_type = JSON
        self.stream = None
        self.status = status
        self.headers: dict[str, Any] = headers if headers is not None else {}  # type: ignore[assignment]
        self._cookies = None
        # Written after the type, each header after a line end: the standard ones, the request's id, and the
        # rate limits.
        self.common = (b"", b"", b"")

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """The headers that Sanic writes. All variable values are ours and contain no line breaks."""
        yield b"content-type", TYPE + b"".join(self.common)
        for name, value in self.headers.items():
            yield name.encode(), str(value).encode()
