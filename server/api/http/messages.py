"""A request and a JSON answer, as Perch's protocol reads and writes them."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterator
from typing import Any, ClassVar, cast

from sanic import Request
from sanic.exceptions import BadURL
from sanic.response import HTTPResponse

from config.logging import current_work
from server.api.http import traced
from server.api.http.framing import check_head

JSON = "application/json"
TYPE = JSON.encode()

# Where a request goes whose address is not one: nothing is there.
NOWHERE = b"/not-an-address"


class PerchRequest(Request):
    """Sanic's, but for three things.

    One whose address cannot be read is answered 404, where Sanic would close without an answer. Its id is
    ours always: what a client sends as X-Request-ID would be written into our log lines. And its body is read
    when it is known who sends it, so that strangers can't fill the memory.
    """

    process: ClassVar[str] = ""
    numbers: ClassVar[Iterator[int]] = itertools.count(1)

    # What the answer says of the rate that the request was held to: headers, each behind a line end.
    rate: bytes = b""

    def __init__(self, url_bytes: bytes, *arguments: Any, **options: Any) -> None:
        head = options.get("head")
        if is_new := head is not None and head not in options["app"].ctx.heads:  # a known one was in order
            check_head(head, options["headers"], options["version"])
        try:
            super().__init__(url_bytes, *arguments, **options)
            path: bytes | None = self._parsed_url.path
        except BadURL:
            path = None
        if path is None:  # not an address, or that of a host alone
            super().__init__(NOWHERE, *arguments, **options)
        elif is_new:
            options["app"].ctx.hosts.check(self.headers.get("host"), path.decode())
        self._id = f"{self.process}{next(self.numbers):08x}"
        self.began = time.perf_counter()
        current_work.set(self._id)  # log lines carry it
        self.span = traced.begin(self.method, self._id)

    async def receive_body(self) -> None:
        """Called by Sanic before a handler. Operations receive the body by themselves, after the key."""
        if not hasattr(cast(Any, self.route).handler, "takes_body"):
            await self.drop_body()

    async def take_body(self) -> None:
        """Receive the body, and keep it: within a bound for all requests of the process."""
        unread, pieces, size = self.app.ctx.unread, [], 0
        async for piece in cast(Any, self.stream):
            pieces.append(piece)
            size += len(piece)
            unread.hold(self.transport, size)
        self.body = b"".join(pieces)

    async def drop_body(self) -> None:
        """Receive a body of which nothing is made."""
        async for _ in cast(Any, self.stream):
            pass

    @classmethod
    def begin_process(cls) -> None:
        """Ids of this process' requests are no other's from here on."""
        cls.process = secrets.token_hex(8) + "-"


class JsonAnswer(HTTPResponse):
    """A JSON answer that is encoded already, with the headers that all of them have."""

    __slots__ = ("common",)

    def __init__(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.asgi = False
        self.body = body
        self.content_type = JSON
        self.stream = None
        self.status = status
        self.headers: dict[str, Any] = headers if headers is not None else {}  # type: ignore[assignment]
        self._cookies = None
        self.common = b""  # behind the type: the headers of all answers, in one piece

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """What Sanic writes. The values that change are ours, and hold no line breaks."""
        yield b"content-type", TYPE + self.common
        for name, value in self.headers.items():
            yield name.encode(), str(value).encode()
