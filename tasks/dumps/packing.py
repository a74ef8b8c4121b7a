"""An archive of pg_dump on its way into the store: compressed, encrypted and hashed while it streams.

This runs in a thread of its own beside the event loop, which stores the bytes; a bounded queue connects the
two, so that nothing piles up if one side is slower.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Callable
from typing import IO, Any

import zstandard

from storage.base import CHUNK
from tasks.dumps.channel import Aborted, Channel, Sink, in_thread

# zstd's default. Compression takes most of a dump's time, so it has a thread of its own beside the one that
# reads and hashes.
LEVEL = 3

# How many bytes are read from pg_dump at once.
READ = 1 << 20


class Packing:
    """An archive on its way into the store: iterate over it for the stored bytes; its figures are valid then.

    Args:
        source: where the archive comes from, such as the pipe of pg_dump.
        recipient: a public key of age to encrypt to.
        copy: also receives the archive's bytes, before they are packed.
        on_progress: called with the number of the archive's bytes so far.
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
        """The SHA-256 of the stored bytes, in hexadecimal."""
        return self._hash.hexdigest()

    def break_off(self) -> None:
        """Stop packing and end the thread: nobody wants the rest, if there is any."""
        self._channel.break_off()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        working = in_thread(self._work)
        try:
            while (piece := await asyncio.to_thread(self._channel.get)) is not None:
                yield piece
            await asyncio.wrap_future(working)
        except Aborted:
            await asyncio.wrap_future(working)  # raises the thread's exception, if it failed
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
        """Pass a piece to the copy; if that breaks off, only the restore test fails, never the dump."""
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


def encrypt(compressed: Any, store: Callable[[bytes], None], recipient: str) -> None:
    """Encrypt to a public key of age."""
    from pyrage import encrypt_io, x25519

    encrypt_io(IteratorReader(compressed), CallWriter(store), [x25519.Recipient.from_str(recipient)])


class IteratorReader(io.RawIOBase):
    """Pieces of bytes, as a file."""

    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, count: int = -1) -> bytes:
        """Read at most `count` bytes; none at the end."""
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
        """Pass the data to the function."""
        self._take(bytes(data))
        return len(data)
