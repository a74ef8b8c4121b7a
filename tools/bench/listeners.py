"""Many live streams in one process, as cheap as possible: bare sockets, one poll, and no event loop.

Server and client share the machine, and one task per stream would cost more than what it measures.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import re
import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

# How many streams to open at once. More would only wait in the server.
OPENING = 64

READ = 1 << 16
TWEET = re.compile(rb'^data: \{"type":"tweet".*?"content":"([^"]*)"', re.MULTILINE)
OPENED = re.compile(rb"^id: (\S+)\nevent: open\n", re.MULTILINE)
RESET = b"\nevent: reset\n"

# The end of a chunk: everything up to there is complete.
WHOLE = b"\n\n\r\n"


@dataclass
class Heard:
    """What arrived on all streams of a process. Times are of the monotonic clock that all processes share."""

    came: dict[str, list[float]] = field(default_factory=dict)
    lost: int = 0
    resets: int = 0
    began_at: str = ""
    opening_s: float = 0
    cpu_s: float = 0


class Listeners:
    """A process with one stream for each key, which continues after the event `last`."""

    def __init__(self, port: int, keys: list[str], last: str = "") -> None:
        self._ours, theirs = multiprocessing.Pipe()
        spawn = multiprocessing.get_context("spawn")
        self._process = spawn.Process(target=_run, args=(port, keys, last, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def opened(self, within: float) -> bool:
        """Wait until all streams are open; returns whether they are."""
        return self._ours.poll(within)

    def close(self) -> Heard:
        """End all streams."""
        self._ours.recv()
        self._ours.send("close")
        heard: Heard = self._ours.recv()
        self._process.join()
        return heard


def _run(port: int, keys: list[str], last: str, parent: Connection) -> None:
    with selectors.EpollSelector() as selector:
        streams = _Streams(port, keys, last, selector)
        streams.open_all()
        parent.send(True)
        selector.register(parent, selectors.EVENT_READ)
        cpu = time.process_time()
        while not parent.poll():
            streams.read()
        streams.heard.cpu_s = time.process_time() - cpu
        selector.unregister(parent)
        streams.close_all()
        parent.send(streams.heard)


class _Streams:
    def __init__(self, port: int, keys: list[str], last: str, selector: selectors.BaseSelector) -> None:
        self._port = port
        self._last = last
        self._to_open = deque(keys)
        self._selector = selector
        self._rest: dict[socket.socket, bytes] = {}
        self._opening: set[socket.socket] = set()
        self.heard = Heard()

    def open_all(self) -> None:
        began = time.monotonic()
        while self._to_open or self._opening:
            while self._to_open and len(self._opening) < OPENING:
                self._open(self._to_open.popleft())
            self.read()
        self.heard.opening_s = time.monotonic() - began

    def read(self) -> None:
        """Read what has arrived, waiting for it a while."""
        for ready, _ in self._selector.select(0.5):
            if isinstance(ready.fileobj, socket.socket):
                self._take(ready.fileobj)

    def close_all(self) -> None:
        for stream in [each.fileobj for each in self._selector.get_map().values()]:
            if isinstance(stream, socket.socket):
                self._close(stream)

    def _open(self, key: str) -> None:
        stream = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        headers = f"host: bench\r\napi-key: {key}\r\nlast-event-id: {self._last}\r\n"
        stream.sendall(f"GET /api/stream HTTP/1.1\r\n{headers}\r\n".encode())
        stream.setblocking(False)
        self._opening.add(stream)
        self._selector.register(stream, selectors.EVENT_READ)

    def _take(self, stream: socket.socket) -> None:
        try:
            data = stream.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now = time.monotonic()
        if not data:
            self.heard.lost += 1
            self._close(stream)
            return
        data = self._rest.pop(stream, b"") + data
        if not data.endswith(WHOLE):
            self._rest[stream] = data
            return
        if stream in self._opening and (opened := OPENED.search(data)):
            self._opening.discard(stream)
            self.heard.began_at = opened[1].decode()
        for text in TWEET.findall(data):
            self.heard.came.setdefault(text.decode(), []).append(now)
        self.heard.resets += data.count(RESET)

    def _close(self, stream: socket.socket) -> None:
        self._opening.discard(stream)
        self._rest.pop(stream, None)
        self._selector.unregister(stream)
        with contextlib.suppress(OSError):
            stream.close()
