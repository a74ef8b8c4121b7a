"""Limits the memory that all connections of a web process together hold for their clients.

A client that doesn't read its response, or doesn't finish a body, costs at most what one connection may hold,
but a thousand such clients cost a thousand times that. Live streams have a budget of their own
(`server.core.live.budget`).
"""

from __future__ import annotations

import asyncio

from prometheus_client import Counter

from config.metrics import REGISTRY

# The most bytes that may be held in a process: of responses that clients haven't read, of incomplete bodies,
# and of requests that have arrived while an earlier one of their connection is being answered. A response
# counts once it has waited for a second or two, or once the client sends another request. Together they are
# about twice what a process takes at rest.
ANSWERS, BODIES, REQUESTS = 64 << 20, 64 << 20, 32 << 20

# Requests that wait in a connection count once they are more than this. One read brings up to 250 kB.
FEW = 16 << 10

CUT_OFF = Counter(
    "perch_http_stalled_connections_closed",
    "Connections closed because too much waited for clients to read, or for the rest of what they send.",
    registry=REGISTRY,
)


class Held:
    """The connections of a process for which bytes are held, in the order in which that began.

    Args:
        most: how many bytes may be held; beyond that, the connections that have held some longest are closed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._sizes: dict[asyncio.WriteTransport, int] = {}
        self._size = 0

    def hold(self, transport: asyncio.WriteTransport, size: int) -> None:
        """Record that `size` bytes are now held for this connection."""
        self._size += size - self._sizes.get(transport, 0)
        self._sizes[transport] = size
        while self._size > self._most:
            longest = next(iter(self._sizes))
            self.let_go(longest)
            longest.abort()
            CUT_OFF.inc()

    def let_go(self, transport: asyncio.WriteTransport) -> None:
        """Record that nothing is held for this connection any more."""
        self._size -= self._sizes.pop(transport, 0)
