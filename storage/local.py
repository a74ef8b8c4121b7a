"""Objects as files below one folder.

An object is a file named after its key, beside a small file with its content type (the prefix `.type` can't
occur in keys). Both are written under other names, synced and renamed, the type first, so that a visible
object is always complete. A symbolic link is no object: it could lead to files that aren't the store's.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from heapq import nsmallest
from pathlib import Path
from typing import BinaryIO, TypeVar

from storage.base import (
    CHUNK,
    InvalidKey,
    InvalidRange,
    ObjectInfo,
    ObjectNotFound,
    OpenObject,
    StorageUnavailable,
)
from storage.object_keys import checked

T = TypeVar("T")

ASIDE = ".aside"
TYPE = ".type."

# What a content type looks like, and how many bytes it has at most. Others may write to the folder too, and
# anything: what is no content type is ignored.
CONTENT_TYPE, LONGEST_TYPE = re.compile(rb"[\w.+-]{1,60}/[\w.+-]{1,60}(; ?[\w-]{1,20}=[\w.-]{1,20})?"), 200

# How many folders a key leads through at most; what lies deeper is none of our objects.
DEEPEST = 20

# How many keys are held in memory for listing objects in order, because a folder has no order. If there are
# more objects, the folder is read once per this many keys.
LISTED_AT_ONCE = 5_000


class LocalStore:
    """An `ObjectStore` on the local disk. Files are readable by their owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    async def open(self) -> None:
        """See `ObjectStore.open`: makes the folder."""
        try:
            await _in_thread(lambda: (self._root / ASIDE).mkdir(parents=True, exist_ok=True, mode=0o700))
        except ObjectNotFound as error:
            raise StorageUnavailable(f"local storage: {self._root} isn't a folder") from error

    async def close(self) -> None:
        """See `ObjectStore.close`."""

    async def check(self) -> None:
        """See `ObjectStore.check`: writes and removes a file."""

        def probe() -> None:
            path = self._aside()
            path.write_bytes(b"")
            path.unlink()

        await _in_thread(probe)

    async def put(self, key: str, body: AsyncIterable[bytes], *, content_type: str) -> ObjectInfo:
        """See `ObjectStore.put`."""
        path, aside, size = self._path(key), self._aside(), 0
        try:
            try:
                file = await _opened(lambda: aside.open("xb"), lambda file: _abandon(file, aside))
            except ObjectNotFound as error:
                raise StorageUnavailable(f"local storage: {self._root} is gone") from error
            try:
                async for chunk in body:
                    await _in_thread(partial(file.write, chunk))
                    size += len(chunk)
                await _in_thread(lambda: _finish(file))
            finally:
                with suppress(OSError):  # on a full disk; the failed write has already been reported
                    file.close()
            await _in_thread(lambda: self._publish(aside, path, content_type))
        finally:
            aside.unlink(missing_ok=True)
        return ObjectInfo(key, size, content_type, datetime.now(UTC))

    async def put_file(self, key: str, file: Path, *, content_type: str) -> ObjectInfo:
        """See `ObjectStore.put_file`. On the same disk it makes a link, without copying any bytes."""
        path, aside = self._path(key), self._aside()

        def put() -> int:
            try:
                _link(file, aside)
                with aside.open("rb") as written:
                    os.fsync(written.fileno())
                size = aside.stat().st_size
                self._publish(aside, path, content_type)
            finally:
                aside.unlink(missing_ok=True)
            return size

        try:
            return ObjectInfo(key, await _in_thread(put), content_type, datetime.now(UTC))
        except ObjectNotFound as error:
            raise StorageUnavailable(f"local storage: {self._root} or {file} is gone") from error

    async def create(self, key: str, body: bytes, *, content_type: str) -> bool:
        """See `ObjectStore.create`. A link can only be made if no file has this name."""
        path, aside = self._path(key), self._aside()

        def create() -> bool:
            try:
                with aside.open("xb") as file:
                    file.write(body)
                    _finish(file)
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                try:
                    os.link(aside, path)
                except FileExistsError:
                    return False
                _type_file(path).write_text(content_type)
                _sync_folder(path.parent)
            finally:
                aside.unlink(missing_ok=True)
            return True

        try:
            return await _in_thread(create)
        except ObjectNotFound as error:
            raise StorageUnavailable(f"local storage: {self._root} is gone") from error

    async def fetch(self, key: str, file: Path) -> None:
        """See `ObjectStore.fetch`. On the same disk it makes a link."""
        path = self._path(key)

        def fetch() -> None:
            self._info(key, path)
            _link(path, file)

        await _in_thread(fetch)

    async def info(self, key: str) -> ObjectInfo:
        """See `ObjectStore.info`."""
        return await _in_thread(lambda: self._info(key, self._path(key)))

    @asynccontextmanager
    async def read(self, key: str, *, start: int = 0, stop: int | None = None) -> AsyncIterator[OpenObject]:
        """See `ObjectStore.read`."""
        path = self._path(key)

        def begin() -> tuple[BinaryIO, ObjectInfo]:
            file = os.fdopen(_no_link(path, os.O_RDONLY), "rb")
            try:
                info = self._info(key, path, os.fstat(file.fileno()))
                if start >= max(info.size, 1):
                    raise InvalidRange(key)
                file.seek(start)
            except BaseException:
                file.close()
                raise
            return file, info

        file, info = await _opened(begin, lambda found: found[0].close())
        end = info.size if stop is None else min(stop, info.size)
        try:
            yield OpenObject(info, start, end, _chunks(file, end - start))
        finally:
            file.close()

    async def delete(self, key: str) -> None:
        """See `ObjectStore.delete`."""
        path = self._path(key)

        def remove() -> None:
            path.unlink(missing_ok=True)
            _type_file(path).unlink(missing_ok=True)

        await _in_thread(remove)

    async def remove_unfinished(self, prefix: str, *, before: datetime) -> int:
        """See `ObjectStore.remove_unfinished`. It ignores the prefix: unfinished files have no key yet."""
        del prefix

        def remove() -> int:
            count = 0
            for path in (self._root / ASIDE).iterdir():
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before.timestamp():
                        path.unlink()
                        count += 1
            return count

        return await _in_thread(remove)

    async def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """See `ObjectStore.list`."""
        after = ""
        while True:
            found = await _in_thread(partial(self._next_keys, prefix, after))
            for key in found:
                try:
                    yield await self.info(key)
                except (ObjectNotFound, InvalidKey):  # it was deleted meanwhile, or isn't an object's name
                    continue
            if len(found) < LISTED_AT_ONCE:
                return
            after = found[-1]

    def remove_leftovers(self) -> None:
        """Delete half-written files of killed processes; only call this while no other process writes."""
        shutil.rmtree(self._root / ASIDE, ignore_errors=True)

    def _path(self, key: str) -> Path:
        return self._root / checked(key)

    def _aside(self) -> Path:
        return self._root / ASIDE / secrets.token_hex(16)

    def _publish(self, aside: Path, path: Path, content_type: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._aside()
        try:
            with beside.open("xb") as file:
                file.write(content_type.encode())
                _finish(file)
            beside.rename(_type_file(path))
        finally:
            beside.unlink(missing_ok=True)
        aside.rename(path)
        _sync_folder(path.parent)

    def _info(self, key: str, path: Path, status: os.stat_result | None = None) -> ObjectInfo:
        status = status or path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise ObjectNotFound(key)
        try:
            with open(_type_file(path), "rb", opener=_no_link) as file:
                said = file.read(LONGEST_TYPE)
        except (FileNotFoundError, IsADirectoryError):
            said = b""
        content_type = said.decode() if CONTENT_TYPE.fullmatch(said) else "application/octet-stream"
        modified = datetime.fromtimestamp(status.st_mtime, UTC)
        return ObjectInfo(key, status.st_size, content_type, modified)

    def _next_keys(self, prefix: str, after: str) -> Sequence[str]:
        """The first keys after this one; fewer than LISTED_AT_ONCE if there are no more."""
        folder = self._root / prefix.rpartition("/")[0]
        if ".." in Path(prefix).parts:
            return []
        below = folder.relative_to(self._root).as_posix()
        keys = _keys_below(folder, "" if below == "." else f"{below}/")
        return nsmallest(LISTED_AT_ONCE, (key for key in keys if key > after and key.startswith(prefix)))


def _keys_below(folder: Path | str, prefix: str, depth: int = 0) -> Iterator[str]:
    """The keys of the objects there, in no order; yielded one by one, as there may be millions."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth < DEEPEST:
                        yield from _keys_below(entry.path, f"{prefix}{entry.name}/", depth + 1)
                else:
                    yield prefix + entry.name
    except (FileNotFoundError, NotADirectoryError):  # it was removed meanwhile, or never existed
        return


def _no_link(path: str | Path, flags: int) -> int:
    """Open a file for reading without following a link or waiting for a writer of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _type_file(path: Path) -> Path:
    return path.with_name(TYPE + path.name)


def _link(file: Path, name: Path) -> None:
    """Link the file under this name too; if that's impossible, above all on another disk, copy it there."""
    try:
        name.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(file, name)


def _finish(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _chunks(file: BinaryIO, count: int) -> AsyncIterator[bytes]:
    while count > 0:
        chunk = await _in_thread(partial(file.read, min(CHUNK, count)))
        if not chunk:
            return
        count -= len(chunk)
        yield chunk


async def _opened(begin: Callable[[], T], undo: Callable[[T], None]) -> T:
    """Open something in a thread with `begin`; undo it if nobody waits for it any more."""
    opening = asyncio.ensure_future(_in_thread(begin))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(lambda done: None if done.exception() else undo(done.result()))
        raise


def _abandon(file: BinaryIO, path: Path) -> None:
    file.close()
    path.unlink(missing_ok=True)


async def _in_thread(work: Callable[[], T]) -> T:
    """Run blocking disk work in a thread, and translate its errors."""
    with _translated():
        return await asyncio.to_thread(work)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise ObjectNotFound(str(error.filename)) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ObjectNotFound(str(error.filename)) from error
        words = "no space left on the disk" if error.errno == errno.ENOSPC else error.strerror
        raise StorageUnavailable(f"local storage: {words}") from error
