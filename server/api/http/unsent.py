"""What clients have not taken of their answers: bounded for a web process as a whole.

A client that asks and does not read costs at most what waits in its connection, but a thousand of them cost a
thousand times that. Live streams have a budget of their own (`server.core.live.budget`).
"""

from __future__ import annotations

import asyncio

from prometheus_client import Counter

from config.metrics import REGISTRY

# So much may wait in a process. Two thousand slow clients fit, at what asyncio lets wait in a connection
# before it stops its writer (64 KiB). Bytes.
MOST = 128 << 20

CUT_OFF = Counter(
    "perch_http_stalled_connections_closed",
    "Connections closed because too much waited for clients to read.",
    registry=REGISTRY,
)


class Unsent:
    """The connections of a process whose clients are behind, in the order in which they fell behind."""

    def __init__(self) -> None:
        self._sizes: dict[asyncio.WriteTransport, int] = {}
        self._size = 0

    def stalls(self, transport: asyncio.WriteTransport) -> None:
        """This one takes no more for now. If too much waits, those that are behind for longest are closed."""
        self.goes_on(transport)
        size = self._sizes[transport] = transport.get_write_buffer_size()
        self._size += size
        while self._size > MOST:
            longest = next(iter(self._sizes))
            self.goes_on(longest)
            longest.abort()
            CUT_OFF.inc()

    def goes_on(self, transport: asyncio.WriteTransport) -> None:
        """This one takes more again, or is closed."""
        self._size -= self._sizes.pop(transport, 0)
