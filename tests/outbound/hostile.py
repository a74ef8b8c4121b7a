"""A web server that means no good, and a resolver that leads to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.servers import free_port

Write = Callable[[bytes], Awaitable[None]]
Behave = Callable[[Write], Awaitable[None]]

HTML = b"Content-Type: text/html; charset=utf-8\r\n"


async def idle(seconds: float) -> None:
    """Do nothing for a while, as a server does that wants to keep its clients."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


def page(body: bytes, *, status: str = "200 OK", headers: bytes = HTML) -> bytes:
    """A whole answer."""
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 %b\r\n%b%bConnection: close\r\n\r\n%b" % (status.encode(), headers, length, body)


def to(address: str) -> bytes:
    """A redirect."""
    return page(b"", status="302 Found", headers=b"Location: %b\r\n" % address.encode())


@dataclass
class Hostile:
    """The server. `answers` are its paths: whole answers, or what else it does.

    Attributes:
        heard: the requests, each with its headers.
        resolved: the hosts that were looked up, in order.
        hosts: the addresses of hosts; lists take turns.
    """

    port: int
    answers: dict[str, bytes | Behave] = field(default_factory=dict)
    heard: list[bytes] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    hosts: dict[str, list[list[str]]] = field(default_factory=dict)

    def url(self, path: str, host: str = "page.test") -> str:
        return f"http://{host}:{self.port}{path}"

    async def look_up(self, host: str) -> list[str]:
        self.resolved.append(host)
        if host not in self.hosts:
            raise OSError("unknown")
        turns = self.hosts[host]
        return turns[min(self.resolved.count(host) - 1, len(turns) - 1)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.heard.append(request)
            answer = self.answers.get(request.split()[1].decode(), page(b"", status="404 Not Found"))
            if isinstance(answer, bytes):
                await write(answer)
            else:
                await answer(write)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hostile() -> AsyncIterator[Hostile]:
    """Runs one, whose host `page.test` leads to it, and so does `inside.test`."""
    found = Hostile(free_port(), hosts={"page.test": [["127.0.0.1"]], "inside.test": [["127.0.0.1"]]})
    server = await asyncio.start_server(found.serve, "127.0.0.1", found.port)
    async with server:
        yield found
