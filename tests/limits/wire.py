"""Bytes on a socket that no HTTP client would send."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.waiting import lasting


@dataclass(frozen=True)
class RawAnswer:
    """An answer as it was received."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> tuple[int, str]:
        """The status and error type; the answer must have the envelope and the headers of every answer."""
        assert self.headers["content-type"] == "application/json"
        assert self.headers["x-content-type-options"] == "nosniff"
        envelope: dict[str, Any] = json.loads(self.body)
        assert envelope.keys() == {"result", "error_type", "error_message"}
        assert envelope["result"] is False
        return self.status, envelope["error_type"]


@dataclass(frozen=True)
class Wire:
    """A raw connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes, *, pieces: int = 1 << 20, every: float = 0.0) -> None:
        for start in range(0, len(data), pieces):
            self.writer.write(data[start : start + pieces])
            await self.writer.drain()
            if every:
                await lasting(every)

    async def answer(self) -> RawAnswer:
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")
            parts = [line.partition(": ") for line in lines[1:-2]]
            headers = {name.lower(): value for name, _, value in parts}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return RawAnswer(int(lines[0].split()[1]), headers, body)

    async def ends(self) -> bool:
        """Whether the server sends nothing more and closes the connection."""
        async with asyncio.timeout(10):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


@asynccontextmanager
async def wire(url: str, host: str | None = None) -> AsyncIterator[Wire]:
    """A connection to the server at this address."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(host or parts.hostname, parts.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def post(*headers: bytes, body: bytes = b"0\r\n\r\n", line: bytes = b"POST /api/tweets HTTP/1.1") -> bytes:
    """A request as bytes; without other headers and body, one that ends at once."""
    return b"\r\n".join([line, b"Host: x", *headers]) + b"\r\n\r\n" + body
