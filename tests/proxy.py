"""A TCP proxy on the loopback address, in front of any server, that breaks what passes through it.

    with proxy.before(("127.0.0.1", 9000)) as gate:  # or a path, for a socket of the file system
        ...  # talk to 127.0.0.1, gate.port
        gate.mode = proxy.Hang()

It runs in a thread and a loop of its own, so that tests of either kind may use it, and a new mode is in
force for open connections too when the assignment is over.
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

# The two ways that bytes go. `both` is for modes alone.
Way = Literal["to server", "to client"]
Ways = Literal["to server", "to client", "both"]

PIECE = 64 << 10  # bytes

# Closing with this sends a reset, and drops what is unsent: no orderly end.
RESET = struct.pack("ii", 1, 0)

# How long a client that got an `Answer` may go on sending. Seconds.
DRAINED_WITHIN = 10


@dataclass(frozen=True, eq=False)
class Pass:
    """Everything passes."""


@dataclass(frozen=True, eq=False)
class Refuse:
    """Nobody listens, and open connections are reset."""


@dataclass(frozen=True, eq=False)
class Hang:
    """Connections are taken and nothing passes; what is held goes on when the mode changes."""

    way: Ways = "both"


@dataclass(frozen=True, eq=False)
class Delay:
    """Each piece passes so many seconds later."""

    seconds: float
    way: Ways = "to client"


@dataclass(frozen=True, eq=False)
class Cut:
    """A connection is reset when so many bytes have gone this way, counted from this mode on."""

    after: int
    way: Way = "to server"


@dataclass(frozen=True, eq=False)
class Flip:
    """A bit of the byte behind so many is flipped on each connection, counted as for `Cut`."""

    after: int
    way: Way = "to client"


@dataclass(frozen=True, eq=False)
class Answer:
    """Whoever sends anything gets these bytes and the end of the connection; the server hears nothing."""

    data: bytes


Mode = Pass | Refuse | Hang | Delay | Cut | Flip | Answer

SERVER_ERROR = Answer(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


class Proxy:
    """See the module. `held` says whether a `Hang` keeps anything from passing at this moment."""

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
        """Whether bytes wait here that would have passed."""
        return self._holding > 0

    @property
    def url(self) -> str:
        """For servers of HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def mode(self) -> Mode:
        """What becomes of bytes and connections now."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._in_loop(self._set(mode))

    def lead_to(self, target: tuple[str, int] | str) -> None:
        """New connections lead there; those that are open stay where they are."""
        self._target = target

    def cut(self) -> None:
        """Reset all open connections; the mode stays."""
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
        # Neither a server of asyncio nor a task: what these accept as they end is never closed.
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            accepted, _ = listening.accept()
            accepted.setblocking(False)
            connection = asyncio.create_task(self._connection(accepted))
            self._connections.add(connection)

            def ended(connection: asyncio.Task[None]) -> None:
                self._connections.discard(connection)
                if connection.cancelled():  # perhaps before it began
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
            if isinstance(self._mode, Refuse):  # since it was accepted
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
        """One way of a connection, to its end."""
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
        """As long as the mode holds things up this way."""
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
    """Say it, and read what the client still sends, so that a reset does not overtake the answer."""
    client.write(mode.data)
    client.write_eof()
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(DRAINED_WITHIN):
            while await reader.read(PIECE):
                pass


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection at once."""
    found: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # closed already
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@contextmanager
def before(target: tuple[str, int] | str) -> Iterator[Proxy]:
    """A proxy in front of a server, while the block lasts."""
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
    """The same in front of a server at such an address."""
    host, _, port = url.removeprefix("http://").partition(":")
    return before((host, int(port)))
