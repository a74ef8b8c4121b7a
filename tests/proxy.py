"""A TCP proxy on the loopback address, in front of any server, that breaks what passes through it.

    with proxy.before(("127.0.0.1", 9000)) as gate:  # or a path, for a Unix socket
        ...  # talk to 127.0.0.1, gate.port
        gate.mode = proxy.Hang()

It runs in a thread and an event loop of its own, so that synchronous and asynchronous tests can use it. Once
the assignment of a mode returns, the mode also applies to connections that are already open.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

# The two directions of the bytes. Only modes can name `both`.
Way = Literal["to server", "to client"]
Ways = Literal["to server", "to client", "both"]

PIECE = 64 << 10  # bytes

# Closing with this option sends a reset and drops unsent data, instead of ending in an orderly way.
RESET = struct.pack("ii", 1, 0)

# How many seconds a client that got an `Answer` may go on sending.
DRAINED_WITHIN = 10


@dataclass(frozen=True, eq=False)
class Pass:
    """Everything passes."""


@dataclass(frozen=True, eq=False)
class Refuse:
    """Nothing listens, and open connections are reset."""


@dataclass(frozen=True, eq=False)
class Hang:
    """Connections are accepted but nothing passes; held data is forwarded when the mode changes."""

    way: Ways = "both"


@dataclass(frozen=True, eq=False)
class Delay:
    """Each piece is forwarded this many seconds later."""

    seconds: float
    way: Ways = "to client"


@dataclass(frozen=True, eq=False)
class Cut:
    """A connection is reset after this many bytes in this direction, counted from when the mode was set."""

    after: int
    way: Way = "to server"


@dataclass(frozen=True, eq=False)
class Flip:
    """On each connection, one bit of the byte after this many is flipped; bytes are counted as for `Cut`."""

    after: int
    way: Way = "to client"


@dataclass(frozen=True, eq=False)
class Answer:
    """A client that sends anything gets these bytes and the connection closes; the server gets nothing."""

    data: bytes


Mode = Pass | Refuse | Hang | Delay | Cut | Flip | Answer

SERVER_ERROR = Answer(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


class Proxy:
    """See the module. `held` says whether a `Hang` is holding anything back at this moment."""

    def __init__(self, target: tuple[str, int] | str) -> None:
        self._target = target
        self._mode: Mode = Pass()
        self._changed = asyncio.Event()
        self._listening: socket.socket | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._holding = 0
        self.port = 0

    @property
    def held(self) -> bool:
        """Whether bytes are being held back that would otherwise have passed."""
        return self._holding > 0

    @property
    def url(self) -> str:
        """The address for HTTP servers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def mode(self) -> Mode:
        """What currently happens to bytes and connections."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._in_loop(self._set(mode))

    def lead_to(self, target: tuple[str, int] | str) -> None:
        """Send new connections to this target; open ones stay where they are."""
        self._target = target

    def cut(self) -> None:
        """Reset all open connections without changing the mode."""
        self._in_loop(self._reset())

    def _in_loop(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    def _run(self, ready: threading.Event) -> None:
        async def main() -> None:
            self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
            await self._listen()
            ready.set()
            await self._ended.wait()
            await self._close()

        asyncio.run(main())

    async def _end(self) -> None:
        self._ended.set()

    async def _listen(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port), backlog=512)
        listening.setblocking(False)
        self.port = listening.getsockname()[1]
        self._listening = listening
        self._loop.add_reader(listening, self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        # Uses neither an asyncio server nor a task: connections that those accept while ending are never
        # closed.
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            accepted, _ = listening.accept()
            accepted.setblocking(False)
            connection = asyncio.create_task(self._connection(accepted))
            self._connections.add(connection)

            def ended(connection: asyncio.Task[None]) -> None:
                self._connections.discard(connection)
                if connection.cancelled():  # it may end before it began
                    accepted.close()

            connection.add_done_callback(ended)

    def _refuse(self) -> None:
        if self._listening is not None:
            self._loop.remove_reader(self._listening)
            self._listening.close()
            self._listening = None

    async def _set(self, mode: Mode) -> None:
        self._mode = mode
        self._changed.set()
        self._changed = asyncio.Event()
        if isinstance(mode, Refuse):
            self._refuse()
            await self._reset()
        elif self._listening is None:
            await self._listen()

    async def _reset(self) -> None:
        for writer in self._writers:
            reset(writer)

    async def _close(self) -> None:
        self._refuse()
        await self._reset()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connection(self, accepted: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=accepted)
        self._writers.add(writer)
        beyond: asyncio.StreamWriter | None = None
        try:
            if isinstance(self._mode, Refuse):  # the mode may have changed since the connection was accepted
                raise ConnectionResetError
            if isinstance(self._target, str):
                there, beyond = await asyncio.open_unix_connection(self._target)
            else:
                there, beyond = await asyncio.open_connection(*self._target)
            self._writers.add(beyond)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._flow(reader, beyond, writer, "to server"))
                both.create_task(self._flow(there, writer, writer, "to client"))
        except (OSError, ExceptionGroup):
            reset(writer)
        finally:
            for each in filter(None, (writer, beyond)):
                self._writers.discard(each)
                each.close()

    async def _flow(
        self, reader: asyncio.StreamReader, out: asyncio.StreamWriter, client: asyncio.StreamWriter, way: Way
    ) -> None:
        """Forward one direction of a connection until it ends."""
        mode, passed = self._mode, 0
        while piece := await reader.read(PIECE):
            await self._wait(way)
            if mode is not self._mode:
                mode, passed = self._mode, 0
            if isinstance(mode, Answer):
                if way == "to server":
                    await answer(mode, reader, client)
                raise ConnectionResetError
            if isinstance(mode, Cut) and mode.way == way and passed + len(piece) > mode.after:
                out.write(piece[: mode.after - passed])
                await out.drain()
                raise ConnectionResetError
            if isinstance(mode, Flip) and mode.way == way and 0 <= mode.after - passed < len(piece):
                at = mode.after - passed
                piece = piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]
            out.write(piece)
            await out.drain()
            passed += len(piece)
        with contextlib.suppress(OSError):
            out.write_eof()

    async def _wait(self, way: Way) -> None:
        """Wait for as long as the mode holds back this direction."""
        while isinstance(mode := self._mode, Hang | Delay) and mode.way in (way, "both"):
            changed = self._changed
            self._holding += 1
            try:
                async with asyncio.timeout(mode.seconds if isinstance(mode, Delay) else None):
                    await changed.wait()
            except TimeoutError:
                return
            finally:
                self._holding -= 1


async def answer(mode: Answer, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
    """Send the answer, then read what the client still sends, so that a reset doesn't overtake the answer."""
    client.write(mode.data)
    client.write_eof()
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(DRAINED_WITHIN):
            while await reader.read(PIECE):
                pass


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection at once."""
    found: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # it is closed already
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@contextmanager
def before(target: tuple[str, int] | str) -> Iterator[Proxy]:
    """Runs a proxy in front of a server for the duration of the block."""
    found, ready = Proxy(target), threading.Event()
    thread = threading.Thread(target=found._run, args=(ready,), name="proxy", daemon=True)
    thread.start()
    assert ready.wait(10), "the proxy does not listen"
    try:
        yield found
    finally:
        found._in_loop(found._end())
        thread.join(10)
        thread.join(20)


def before_http(url: str) -> contextlib.AbstractContextManager[Proxy]:
    """The same, in front of the server at an HTTP address."""
    host, _, port = url.removeprefix("http://").partition(":")
    return before((host, int(port)))
