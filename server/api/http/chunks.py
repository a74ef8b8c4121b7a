"""Chunks of an answer that are written at once."""

from __future__ import annotations

import socket
from asyncio import WriteTransport
from typing import cast

from sanic import Request

from server.api.http.protocol import PerchProtocol

# https://www.rfc-editor.org/rfc/rfc9112#section-7.1
CHUNK = b"%x\r\n%b\r\n"


# What the kernel takes of what the client's end has no room for yet. Bytes.
KERNEL_BYTES = 32 << 10


class ChunkWriter:
    """Writes to a chunked answer that Sanic has begun, without waiting.

    Sanic's own `send` is a coroutine: a task wakes up for it, which is several times the work of the writing
    where thousands of streams get the same. Sanic counts nothing in between two chunks, so it misses nothing.

    From here on each write goes to the kernel at once, and Sanic's `send` waits until the last one has; the
    kernel itself takes little for a client that does not read, where it would take megabytes.
    """

    __slots__ = ("_protocol", "_transport")

    def __init__(self, request: Request) -> None:
        self._transport = cast(WriteTransport, request.transport)
        self._protocol = cast(PerchProtocol, request.protocol)
        self._transport.set_write_buffer_limits(high=0, low=0)
        connection = self._transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_BYTES)

    @property
    def unsent(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self._transport.get_write_buffer_size()

    def __call__(self, data: bytes) -> bool:
        """Whether it took the data: not while earlier data waits for the client, nor after the end."""
        if self._transport.is_closing() or self._transport.get_write_buffer_size():
            return False
        if data:  # a chunk of nothing would end the answer
            self._transport.write(CHUNK % (len(data), data))
        return True

    async def taken(self) -> None:
        """Wait until nothing is unsent, or the connection is lost."""
        await self._protocol.writable()

    def abort(self) -> None:
        """Drop the connection and what is unsent."""
        self._transport.abort()
