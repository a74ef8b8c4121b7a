"""The files of the old pictures, in a folder or in the old bucket: read up to a limit, and never trusted."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from server.features.media.recognition import HEAD, recognise
from storage.base import CHUNK, InvalidKey, ObjectNotFound, ObjectStore

# No object has a longer key.
MAX_KEY = 512


class PictureNotTaken(Exception):
    """This file cannot be used; the text says why."""


class PictureFiles(Protocol):
    """The source of the files."""

    def read(self, key: str) -> AbstractAsyncContextManager[tuple[int, AsyncIterator[bytes]]]:
        """The file's declared size, and its bytes. Raises PictureNotTaken."""


class NoFiles:
    """No files: pictures are left out."""

    def read(self, key: str) -> AbstractAsyncContextManager[tuple[int, AsyncIterator[bytes]]]:
        """See `PictureFiles.read`."""
        raise PictureNotTaken("pictures were left out (--without-pictures)")


class FilesInFolder:
    """Files copied out of the bucket, found by the last part of their keys, directly in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @asynccontextmanager
    async def read(self, key: str) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """See `PictureFiles.read`."""
        try:
            file = await asyncio.to_thread(self._open, key.rsplit("/", 1)[-1])
        except FileNotFoundError:
            raise PictureNotTaken("the file is missing") from None
        except OSError as error:
            raise PictureNotTaken(f"the file can't be read: {error.strerror}") from None
        with file:
            yield os.fstat(file.fileno()).st_size, _chunks(file)

    def _open(self, name: str) -> BinaryIO:
        """Open a regular file: no link, and nothing that would block."""
        descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileNotFoundError(name)
        return os.fdopen(descriptor, "rb")


class FilesInBucket:
    """Files in the old bucket, read by their keys through its API."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @asynccontextmanager
    async def read(self, key: str) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """See `PictureFiles.read`. Raises StorageUnavailable."""
        try:
            async with self._store.read(key) as found:
                yield found.info.size, found.body
        except ObjectNotFound:
            raise PictureNotTaken("the file is missing") from None
        except InvalidKey:
            raise PictureNotTaken("a bucket can't be asked for such a name; use --media-folder") from None


def key_of(link: str | None) -> str | None:
    """The object's key: the link's path after the bucket's name; None if it has none."""
    with suppress(ValueError):  # not even a URL
        parts = [unquote(part) for part in urlsplit(link or "").path.split("/")]
        inner = parts[2:]
        plain = inner and all(part not in ("", ".", "..") and "/" not in part for part in inner)
        key = "/".join(inner)
        if plain and key.isprintable() and len(key) <= MAX_KEY:
            return key
    return None


async def look(files: PictureFiles, key: str, *, most: int) -> None:
    """Raises PictureNotTaken if `copy` would, as far as the beginning of the file shows."""
    async with files.read(key) as (size, body):
        _check_size(size, most)
        beginning = b""
        async for chunk in body:
            beginning += chunk
            if len(beginning) >= HEAD:
                break
        _kind(beginning)


async def copy(files: PictureFiles, key: str, out: Path, *, most: int) -> str:
    """Copy a file of at most `most` bytes; return its content type, detected from its first bytes.

    Raises:
        PictureNotTaken: it does not exist, is too large, or is not a picture.
        StorageUnavailable: the old bucket does not respond.
    """
    beginning, copied = b"", 0
    async with files.read(key) as (size, body):
        _check_size(size, most)
        with out.open("xb") as file:
            async for chunk in body:
                beginning += chunk[: HEAD - len(beginning)]
                copied += len(chunk)
                _check_size(copied, most)
                await asyncio.to_thread(file.write, chunk)
    return _kind(beginning)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise PictureNotTaken(f"the file is larger than {most} bytes (MEDIA_MAX_BYTES)")


def _kind(beginning: bytes) -> str:
    if (found := recognise(beginning[:HEAD])) is None:
        raise PictureNotTaken("the file isn't a picture of an accepted format")
    return found


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk
