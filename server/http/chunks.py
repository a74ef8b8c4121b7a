"""Chunks of an answer that are written at once."""

from __future__ import annotations

from asyncio import WriteTransport
from typing import cast

from sanic import Request

# https://www.rfc-editor.org/rfc/rfc9112#section-7.1
CHUNK = b"%x\r\n%b\r\n"


class ChunkWriter:
    """Writes to a chunked answer that Sanic has begun, without waiting.

    Sanic's own `send` is a coroutine: a task wakes up for it, which is several times the work of the writing
    where thousands of streams get the same. Sanic counts nothing in between two chunks, so it misses nothing.
    """

    __slots__ = ("_transport",)

    def __init__(self, request: Request) -> None:
        self._transport = cast(WriteTransport, request.transport)

    def __call__(self, data: bytes) -> bool:
        """Whether it took the data: not while earlier data waits for the client, nor after the end."""
        if self._transport.is_closing() or self._transport.get_write_buffer_size():
            return False
        if data:  # a chunk of nothing would end the answer
            self._transport.write(CHUNK % (len(data), data))
        return True
