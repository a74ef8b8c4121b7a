"""The channel between the event loop, which moves stored bytes, and the thread that (un)packs them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Protocol

# How many pieces the queue holds: enough that neither side waits for every step of the other. zstd produces
# pieces the size of its jobs, which are megabytes.
QUEUE = 2


class Sink(Protocol):
    """A consumer of an archive's bytes."""

    def write(self, data: bytes, /) -> object:
        """Consume all of these bytes."""


class Aborted(Exception):
    """The other side has stopped."""


class Channel:
    """A bounded queue from one thread to another, which either side may break off."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUE)
        self._broken = threading.Event()

    def put(self, piece: bytes | None) -> None:
        """Hand over a piece; None marks the end. Raises Aborted."""
        while not self._broken.is_set():
            with suppress(queue.Full):
                self._queue.put(piece, timeout=0.2)
                return
        raise Aborted

    def get(self) -> bytes | None:
        """The next piece, None at the end. Raises Aborted."""
        while not self._broken.is_set():
            with suppress(queue.Empty):
                return self._queue.get(timeout=0.2)
        raise Aborted

    def break_off(self) -> None:
        """Stop the exchange, so that neither side waits for the other any more."""
        self._broken.set()


class ChannelReader:
    """The reading end of a channel, as a file."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._piece = memoryview(b"")
        self._ended = False

    def peek(self, count: int) -> bytes:
        """The first bytes, without taking them."""
        while len(self._piece) < count and not self._ended:
            more = self._channel.get()
            self._ended = more is None
            self._piece = memoryview(bytes(self._piece) + (more or b""))
        return bytes(self._piece[:count])

    def read(self, count: int) -> bytes:
        """Read at most `count` bytes; none at the end."""
        if not self._piece and not self._ended:
            more = self._channel.get()
            self._ended = more is None
            self._piece = memoryview(more or b"")
        taken, self._piece = bytes(self._piece[:count]), self._piece[count:]
        return taken


def in_thread(work: Callable[[], None]) -> Future[None]:
    """Run `work` in a new thread rather than one of the event loop's, which it would occupy for long."""
    future: Future[None] = Future()

    def run() -> None:
        future.set_running_or_notify_cancel()
        try:
            work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(None)

    threading.Thread(target=run, name="archive", daemon=True).start()
    return future
