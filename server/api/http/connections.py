"""Limits the connections of a web process, in total and per address."""

from __future__ import annotations

import asyncio
from collections import Counter

from sanic.headers import format_http1_response

from config import process
from config.settings import Settings
from server.api.http import envelope
from server.api.http.addresses import Addresses
from server.api.http.headers import StandardHeaders
from server.core.errors import Unavailable

# Open files reserved for everything else: the database, storage, logs, uploads.
OTHER_FILES = 500

# For how many seconds a refused client may keep sending, unread, so that the refusal reaches it; and how many
# may do so at once.
LINGER, MOST_LINGERING = 1.0, OTHER_FILES // 5


class Connections:
    """The open connections of this process."""

    def __init__(self, settings: Settings, addresses: Addresses, headers: StandardHeaders) -> None:
        self._most = settings.max_connections
        self._most_of_address = settings.connections_per_address
        self._addresses = addresses
        self._open = self._lingering = 0
        self._of_address: Counter[str] = Counter()
        self._refusal = refusal(headers)

    @property
    def open(self) -> int:
        """How many connections are open."""
        return self._open

    def take(self, transport: asyncio.Transport) -> str | None:
        """Count a new connection and return the address it counts for, empty for none.

        None if it is one too many: then it is sent a refusal and closed.
        """
        address = self._address(transport)
        most = min(self._most, max(1, process.file_limit() - OTHER_FILES))
        if self._open >= most or (address and self._of_address[address] >= self._most_of_address):
            self._refuse(transport)
            return None
        self._open += 1
        if address:
            self._of_address[address] += 1
        return address

    def _refuse(self, transport: asyncio.Transport) -> None:
        """Send the refusal and close; at once, without it, if too many linger: each is an open file."""
        if self._lingering >= MOST_LINGERING:
            transport.abort()
            return
        self._lingering += 1
        transport.set_protocol(asyncio.Protocol())  # reads and drops everything
        transport.write(self._refusal)
        transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER, self._close, transport)

    def _close(self, transport: asyncio.Transport) -> None:
        self._lingering -= 1
        transport.abort()

    def give_back(self, address: str) -> None:
        """Uncount a closed connection that was counted for this address."""
        self._open -= 1
        if address:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def _address(self, transport: asyncio.Transport) -> str:
        """The address to count; empty for a proxy, or for this machine, where a proxy may be running."""
        peer = transport.get_extra_info("peername")
        return self._addresses.of_connection(peer[0]) if peer else ""


def refusal(headers: StandardHeaders) -> bytes:
    """The whole response, prepared in advance, as there is no request yet."""
    answer = envelope.failure(Unavailable("This server has as many connections as it can handle."))
    answer.common = (headers.json, b"", b"")
    body = answer.body or b""
    answer.headers |= {"content-length": str(len(body)), "connection": "close"}
    return format_http1_response(503, answer.processed_headers) + body
