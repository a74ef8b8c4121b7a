"""What connections keep in memory for their clients: bounded for a web process as a whole.

A client that asks and does not read its answer, or that begins a body and does not end it, costs at most what
a connection may hold, but a thousand of them cost a thousand times that. Live streams have a budget of their
own (`server.core.live.budget`).
"""

from __future__ import annotations

import asyncio

from prometheus_client import Counter

from config.metrics import REGISTRY

# So much may wait in a process: of answers for clients to read, and of bodies for the rest of them. Two
# thousand slow readers fit, at what asyncio lets wait in a connection before it stops its writer (64 KiB).
# Bytes.
ANSWERS, BODIES = 128 << 20, 64 << 20

CUT_OFF = Counter(
    "perch_http_stalled_connections_closed",
    "Connections closed because too much waited for clients to read, or for the rest of what they send.",
    registry=REGISTRY,
)


class Held:
    """The connections of a process for which something is held, in the order in which that began.

    Args:
        most: bytes; beyond them, those for which something is held for longest are closed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._sizes: dict[asyncio.WriteTransport, int] = {}
        self._size = 0

    def hold(self, transport: asyncio.WriteTransport, size: int) -> None:
        """So much is held for this one now."""
        self._size += size - self._sizes.get(transport, 0)
        self._sizes[transport] = size
        while self._size > self._most:
            longest = next(iter(self._sizes))
            self.let_go(longest)
            longest.abort()
            CUT_OFF.inc()

    def let_go(self, transport: asyncio.WriteTransport) -> None:
        """Nothing is held for this one any more."""
        self._size -= self._sizes.pop(transport, 0)
