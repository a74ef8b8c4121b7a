"""Unpacking a stored dump: hashed, decrypted and decompressed in a thread beside the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import zstandard

from server.operations.dumps.errors import DumpDamaged
from tasks.dumps.channel import Aborted, Channel, ChannelReader, Sink, in_thread

# How many bytes are passed to zstd at once: the output may be many times as large.
UNPACK = 64 << 10

ZSTD_MAGIC, AGE_MAGIC = b"\x28\xb5\x2f\xfd", b"age-encryption.org/"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was read, even if it failed: `trouble` is the error that stopped the unpacking early."""

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
    """Write the archive inside the stored bytes into the sink; hash all of them, even if that fails.

    Bytes that are neither encrypted nor compressed are taken as the archive itself. Without an identity, an
    encrypted archive is only read and hashed, and nothing is written.
    """
    channel, digest, size = Channel(), hashlib.sha256(), 0
    working = in_thread(lambda: unpacked(channel, sink, identity))
    trouble: Exception | None = None
    try:
        async for piece in stored:
            digest.update(piece)
            size += len(piece)
            on_progress(size)
            with suppress(Aborted):  # we still want the hash
                await asyncio.to_thread(channel.put, piece)
        with suppress(Aborted):
            await asyncio.to_thread(channel.put, None)
        ended = asyncio.wrap_future(working)
        await asyncio.wait({ended})
        trouble = ended.exception()  # type: ignore[assignment]
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


def decompress(reader: Any, sink: Sink) -> None:
    """Decompress from zstd, or pass plain data on. Raises DumpDamaged."""
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
        raise DumpDamaged(f"the dump can't be decompressed: {error}") from None
    if not unpacker.eof or unpacker.unused_data or piece:
        raise DumpDamaged("the dump is incomplete, or has extra bytes after its end")


def decrypt(reader: ChannelReader, sink: Sink, identity: str) -> None:
    """Decrypt with a secret key of age, then decompress. Raises DumpDamaged."""
    from pyrage import DecryptError, decrypt_io, x25519

    inside, outside = os.pipe()
    decompressing = in_thread(lambda: decompress_and_close(inside, sink))
    failure: Exception | None = None
    try:
        with open(outside, "wb", buffering=0) as plain:
            decrypt_io(reader, plain, [x25519.Identity.from_str(identity)])
    except (DecryptError, OSError) as error:
        failure = DumpDamaged(f"the dump can't be decrypted: {error}")
    decompressing.result()  # if that failed, its error is the cause
    if failure is not None:
        raise failure


def decompress_and_close(descriptor: int, sink: Sink) -> None:
    """Decompress from a pipe, and close it, so that the other end notices if this one fails."""
    with open(descriptor, "rb", buffering=0) as compressed:
        decompress(compressed, sink)
