"""A cache of parsed request heads, as clients send the same head again and again.

Parsing and checking a head was a quarter of the cost of a hot request; routing it was almost another tenth.
What a head's query and key stand for is kept with it, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sanic import Request
from sanic.compat import Header
from sanic_routing import Route

from server.core.cache.store import Entry

if TYPE_CHECKING:
    from server.api.http.messages import JsonAnswer

# The most bytes in a head that is kept, and the most heads. Once there are that many, all are forgotten.
LONGEST, MOST = 1 << 10, 2_000

ENDS = b"\r\n\r\n"


class Target(NamedTuple):
    """The operation that a request goes to, and the arguments in its address."""

    route: Route
    handle: Callable[..., Awaitable[JsonAnswer | None]]
    arguments: dict[str, Any]


@dataclass(slots=True)
class Head:
    """The parsed head of a request without a body. All requests with it share what it holds.

    Attributes:
        url: the address as the client wrote it.
        raw_url: the address that is routed, which is `NOWHERE` if the client's is invalid.
        parsed_url: the same in its parts, as `httptools` gives it.
        target: the operation it goes to; set after the first request.
        query: its parameters in the operation's shape; set once they are needed.
        viewer: the cached viewer with its key; set once they are needed.
    """

    method: str
    url: str
    version: str
    headers: Header
    keep_alive: bool
    head_only: bool
    raw_url: bytes
    parsed_url: Any
    target: Target | None = None
    query: msgspec.Struct | None = None
    viewer: Entry | None = None


class Heads(dict[bytes, Head]):
    """The heads that a process knows, all of which have passed every check."""

    def keep(self, raw: bytes, head: Head) -> None:
        """Keep a head from now on."""
        if len(self) >= MOST:
            self.clear()
        self[raw] = head


def target_of(request: Request) -> Target | None:
    """Where a request was routed to; None if that isn't an operation, or has middleware."""
    route = request.route
    if route is None or not hasattr(route.handler, "operation"):
        return None
    if route.extra.request_middleware or route.extra.response_middleware:
        return None
    return Target(route, route.handler, request.match_info)


def waiting(buffer: bytearray) -> bytes:
    """The head at the start of a buffer; empty if it is incomplete or too long to keep."""
    end = buffer.find(ENDS, 0, LONGEST)
    return bytes(buffer[:end]) if end > 0 else b""
