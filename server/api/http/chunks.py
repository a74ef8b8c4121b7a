"""Writes chunks of a response without waiting."""

from __future__ import annotations

import socket
from asyncio import WriteTransport
from typing import cast

from sanic import Request

from server.api.http.protocol import PerchProtocol

# https://www.rfc-editor.org/rfc/rfc9112#section-7.1
CHUNK = b"%x\r\n%b\r\n"


# How many bytes the kernel accepts while the client's end has no room for them.
KERNEL_BYTES = 32 << 10


class ChunkWriter:
    """Writes to a chunked response that Sanic has begun, without waiting.

    Sanic's own `send` is a coroutine that needs a task to wake up. If thousands of streams get the same
    chunk, that is several times the work of writing it. Sanic counts nothing between chunks, so bypassing it
    is safe.

    Once this exists, each write goes to the kernel at once. For a client that doesn't read, the kernel
    accepts only a little, where it would otherwise take megabytes.
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
        """How many bytes the kernel hasn't taken yet."""
        return self._transport.get_write_buffer_size()

    def __call__(self, data: bytes) -> bool:
        """Write data; False if earlier data is still waiting for the client, or the connection is closing."""
        if self._transport.is_closing() or self._transport.get_write_buffer_size():
            return False
        if data:  # an empty chunk would end the response
            self._transport.write(CHUNK % (len(data), data))
        return True

    async def taken(self) -> None:
        """Wait until nothing is unsent, or the connection is lost."""
        await self._protocol.writable()

    def abort(self) -> None:
        """Drop the connection and everything unsent."""
        self._transport.abort()
