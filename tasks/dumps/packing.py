"""Between an archive of pg_dump and what is stored: compression, encryption, and the hash, while it streams.

Both ways run in a thread of their own, beside the event loop that moves the stored bytes; a bounded queue
joins the two, so that nothing piles up where one side is slower.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import queue
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Protocol

import zstandard

from storage.base import CHUNK
from tasks.dumps.errors import DumpDamaged

# zstd's default. It takes most of a dump's time, so it has a thread of its own beside the one that reads and
# hashes.
LEVEL = 3

# Pieces on their way between the two sides: enough that neither waits for the other's every turn. zstd gives
# them by its jobs, of megabytes.
QUEUE = 2

# How much is read from pg_dump at once, and handed to zstd when unpacking. Bytes.
READ, UNPACK = 1 << 20, 64 << 10

ZSTD_MAGIC, AGE_MAGIC = b"\x28\xb5\x2f\xfd", b"age-encryption.org/"


class Sink(Protocol):
    """What takes an archive's bytes."""

    def write(self, data: bytes, /) -> object:
        """Take all of them."""


class Aborted(Exception):
    """The other side is gone."""


class Channel:
    """A bounded queue from one thread to another, that either side may break off."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUE)
        self._broken = threading.Event()

    def put(self, piece: bytes | None) -> None:
        """Hand over a piece; None says that there are no more. Raises Aborted."""
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
        """Neither side waits for the other any more."""
        self._broken.set()


class Packing:
    """An archive on its way into the store: iterate over it for the stored bytes; then the figures are right.

    Args:
        source: where the archive comes from, such as the pipe of pg_dump.
        recipient: a public key of age to encrypt to.
        copy: gets the archive's bytes as well, before they are packed.
        on_progress: called with the archive's bytes so far.
    """

    def __init__(
        self,
        source: IO[bytes],
        *,
        recipient: str | None = None,
        copy: Sink | None = None,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.archive_bytes = self.stored_bytes = 0
        self._source, self._recipient, self._copy = source, recipient, copy
        self._on_progress = on_progress
        self._hash = hashlib.sha256()
        self._channel = Channel()
        self._pieces: list[bytes] = []
        self._gathered = 0

    @property
    def sha256(self) -> str:
        """Of the stored bytes, in hexadecimal."""
        return self._hash.hexdigest()

    def break_off(self) -> None:
        """Nobody wants the rest, where there is one: the thread ends."""
        self._channel.break_off()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        working = in_thread(self._work)
        try:
            while (piece := await asyncio.to_thread(self._channel.get)) is not None:
                yield piece
            await asyncio.wrap_future(working)
        except Aborted:
            await asyncio.wrap_future(working)  # raises what the thread failed with
            raise
        finally:
            self._channel.break_off()

    def _work(self) -> None:
        try:
            compressed = self._compressed()
            if self._recipient is None:
                for piece in compressed:
                    self._store(piece)
            else:
                encrypt(compressed, self._store, self._recipient)
            if self._pieces:
                self._flush()
            self._channel.put(None)
        except BaseException:
            self._channel.break_off()
            raise

    def _compressed(self) -> Any:
        packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, threads=1).compressobj()
        while piece := self._source.read(READ):
            self.archive_bytes += len(piece)
            self._hand_on(piece)
            self._on_progress(self.archive_bytes)
            yield packer.compress(piece)
        yield packer.flush()

    def _hand_on(self, piece: bytes) -> None:
        """A copy that breaks off costs the drill in the stream, never the dump."""
        if self._copy is not None:
            try:
                self._copy.write(piece)
            except OSError:
                self._copy = None

    def _store(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._gathered += len(piece)
        if self._gathered >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        piece = b"".join(self._pieces)
        self._pieces.clear()
        self._gathered = 0
        self._hash.update(piece)
        self.stored_bytes += len(piece)
        self._channel.put(piece)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was read, whatever became of it: `trouble` is what ended the unpacking before the archive did."""

    sha256: str
    size: int
    trouble: Exception | None


async def unpack(
    stored: AsyncIterator[bytes],
    sink: Sink,
    *,
    identity: str | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Unpacked:
    """Write the archive inside the stored bytes into the sink, and hash all of them, even where that fails.

    What is neither encrypted nor compressed is taken as the archive itself. An encrypted one without an
    identity is read and hashed, and nothing is written.
    """
    channel, digest, size = Channel(), hashlib.sha256(), 0
    working = in_thread(lambda: unpacked(channel, sink, identity))
    trouble: Exception | None = None
    try:
        async for piece in stored:
            digest.update(piece)
            size += len(piece)
            on_progress(size)
            with suppress(Aborted):  # the hash is wanted all the same
                await asyncio.to_thread(channel.put, piece)
        with suppress(Aborted):
            await asyncio.to_thread(channel.put, None)
        await asyncio.wait({asyncio.wrap_future(working)})
        trouble = working.exception()  # type: ignore[assignment]
    finally:
        channel.break_off()
    return Unpacked(digest.hexdigest(), size, trouble)


def unpacked(channel: Channel, sink: Sink, identity: str | None) -> None:
    """The thread's side of `unpack`."""
    reader = ChannelReader(channel)
    try:
        head = reader.peek(len(AGE_MAGIC))
        if not head.startswith(AGE_MAGIC):
            decompress(reader, sink)
        elif identity is None:
            while reader.read(UNPACK):
                pass
        else:
            decrypt(reader, sink, identity)
    except BaseException:
        channel.break_off()
        raise


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

    def read(self, count: int = UNPACK) -> bytes:
        """At most so many bytes; none at the end."""
        if not self._piece and not self._ended:
            more = self._channel.get()
            self._ended = more is None
            self._piece = memoryview(more or b"")
        taken, self._piece = bytes(self._piece[:count]), self._piece[count:]
        return taken


def decompress(reader: Any, sink: Sink) -> None:
    """From zstd, or as it is. Raises DumpDamaged."""
    piece = reader.read(UNPACK)
    if not piece.startswith(ZSTD_MAGIC):
        while piece:
            sink.write(piece)
            piece = reader.read(UNPACK)
        return
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    try:
        while piece and not unpacker.eof:
            sink.write(unpacker.decompress(piece))
            piece = reader.read(UNPACK)
    except zstandard.ZstdError as error:
        raise DumpDamaged(f"the dump cannot be decompressed: {error}") from None
    if not unpacker.eof or unpacker.unused_data or piece:
        raise DumpDamaged("the dump is not complete, or has something behind its end")


def encrypt(compressed: Any, store: Callable[[bytes], None], recipient: str) -> None:
    """To a public key of age."""
    from pyrage import encrypt_io, x25519

    encrypt_io(IteratorReader(compressed), CallWriter(store), [x25519.Recipient.from_str(recipient)])


def decrypt(reader: ChannelReader, sink: Sink, identity: str) -> None:
    """With a secret key of age, then decompress. Raises DumpDamaged."""
    from pyrage import DecryptError, decrypt_io, x25519

    inside, outside = os.pipe()
    decompressing = in_thread(lambda: decompress_and_close(inside, sink))
    failure: Exception | None = None
    try:
        with open(outside, "wb", buffering=0) as plain:
            decrypt_io(reader, plain, [x25519.Identity.from_str(identity)])
    except (DecryptError, OSError) as error:
        failure = DumpDamaged(f"the dump cannot be decrypted: {error}")
    decompressing.result()  # what went wrong there is the cause
    if failure is not None:
        raise failure


def decompress_and_close(descriptor: int, sink: Sink) -> None:
    """From a pipe, whose other end learns of it when this one fails."""
    with open(descriptor, "rb", buffering=0) as compressed:
        decompress(compressed, sink)


class IteratorReader(io.RawIOBase):
    """Pieces of bytes, as a file."""

    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, count: int = -1) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = memoryview(piece)
        count = len(self._left) if count < 0 else count
        taken, self._left = bytes(self._left[:count]), self._left[count:]
        return taken


class CallWriter(io.RawIOBase):
    """A function, as a file."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Hand it on."""
        self._take(bytes(data))
        return len(data)


def in_thread(work: Callable[[], None]) -> Future[None]:
    """Run it in a thread of its own, not one of the event loop's, which it would hold for long."""
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
