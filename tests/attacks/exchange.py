"""Raw requests to a server and its answers, over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class NoAnswer(Exception):
    """The connection ended or time ran out; the message says which."""


@dataclass(frozen=True)
class Reply:
    """An answer as it was received."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def closes(self) -> bool:
        """Whether the answer says that the connection closes after it."""
        return self.headers.get("connection") != "keep-alive"

    @property
    def is_stream(self) -> bool:
        """Whether the answer is a stream that never ends."""
        return "event-stream" in self.headers.get("content-type", "")


class Connection:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, raw: bytes) -> None:
        """Send these bytes, as far as the server accepts them."""
        self.writer.write(raw)

    async def reply(self, *, head_only: bool, within: float) -> Reply:
        """Read the next answer. Raises NoAnswer."""
        try:
            async with asyncio.timeout(within):
                return await self._reply(head_only=head_only)
        except TimeoutError:
            raise NoAnswer(f"nothing, or half of an answer, within {within} s") from None
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise NoAnswer(f"the connection ended: {error!r}") from None

    async def ends(self, *, within: float = 5) -> bool:
        """Whether the server closes the connection in time; anything that it sends before is dropped."""
        try:
            async with asyncio.timeout(within):
                await self.reader.read()
                return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    async def _reply(self, *, head_only: bool) -> Reply:
        status, headers = await self._head()
        while status < 200:
            status, headers = await self._head()
        if head_only or status in BODILESS or "event-stream" in headers.get("content-type", ""):
            return Reply(status, headers, b"")
        if "transfer-encoding" in headers:
            return Reply(status, headers, await self._chunks())
        return Reply(status, headers, await self.reader.readexactly(int(headers["content-length"])))

    async def _head(self) -> tuple[int, dict[str, str]]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].decode("ascii").split("\r\n")
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1"
        parts = [line.lower().partition(": ") for line in lines]
        headers = {name: value for name, _, value in parts}
        assert len(headers) == len(lines), head  # no header occurs twice
        return int(status), headers

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)
        return body


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    """A new connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
