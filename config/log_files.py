"""Log files: one writer each, without locking others; finished by their size, or when somebody ships them.

A writer locks its file for the moment of a line. A shipper locks it for the moment of renaming it: whoever
finds the file gone from its name goes on in a new one. So a finished file has all its lines, whatever killed
its writer.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

SUFFIX, FINISHED = ".jsonl", ".jsonl.done"
NAME = re.compile(r".*\.(?P<begun>\d{8}T\d{6})\.\d+\.\d+\.jsonl(?:\.done)?", re.ASCII)
SAFE = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)

# A file is finished at this size. Bytes.
ROTATE_BYTES = 16 << 20

# What finished files may take until they are shipped: where nobody ships them, a log must not fill the disk.
# Bytes.
MOST_BYTES = 1 << 30


class NotStored(OSError):
    """What was stored does not come back: the file stays here, and is shipped again later."""


class LogFile:
    """Lines of one process. Each line is one write: a killed process loses none that was handed over."""

    def __init__(self, folder: Path, process: str) -> None:
        self._folder, self._process = folder, process
        self._lock = threading.Lock()
        self._path = folder
        self._descriptor: int | None = None
        self._size = self._number = 0

    @property
    def path(self) -> Path:
        """The file that was written to last; its folder before the first line."""
        return self._path

    def write(self, line: bytes) -> None:
        """Append a line, which ends with a newline. Raises OSError."""
        with self._lock:
            if self._descriptor is not None and self._size >= ROTATE_BYTES:
                self._close()
                finish(self._path)
                forget_beyond(self._folder, MOST_BYTES)
            descriptor = self._locked()
            try:
                append(descriptor, line)
                self._size += len(line)
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """No more lines; what was written is shipped with the rest."""
        with self._lock:
            self._close()

    def _locked(self) -> int:
        """The file that has its name still, locked."""
        while True:
            descriptor = self._open() if self._descriptor is None else self._descriptor
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if self._path.exists():
                return descriptor
            self._close()

    def _open(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        host = SAFE.sub("-", socket.gethostname())[:60] or "host"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        while self._descriptor is None:
            self._number += 1
            moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            name = f"{host}.{SAFE.sub('-', self._process)}.{moment}.{os.getpid()}.{self._number}{SUFFIX}"
            self._path, self._size = self._folder / name, 0
            with contextlib.suppress(FileExistsError):  # of a writer before, in this process
                self._descriptor = os.open(self._path, flags, 0o600)
        return self._descriptor

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def append(descriptor: int, line: bytes) -> None:
    """All of a line, or nothing of it. Raises OSError where the disk is full."""
    if (written := os.write(descriptor, line)) < len(line):
        os.ftruncate(descriptor, os.fstat(descriptor).st_size - written)
        raise OSError(errno.ENOSPC, "no space left for a log line")


def finish(path: Path) -> None:
    """Take a file from its writer, if it is there still: it gets no line any more. An empty one goes."""
    with locked(path) as descriptor:
        if descriptor is not None:
            if os.fstat(descriptor).st_size:
                path.rename(path.with_name(path.name.removesuffix(SUFFIX) + FINISHED))
            else:
                path.unlink()


def forget_beyond(folder: Path, most: int) -> None:
    """Remove the oldest finished files there, so that no more than so many bytes of them stay."""
    found: list[tuple[float, int, Path]] = []
    for path in listed(folder, FINISHED):
        with contextlib.suppress(FileNotFoundError):  # shipped meanwhile
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    kept = 0
    for _, size, path in sorted(found, reverse=True):
        kept += size
        if kept > most:
            path.unlink(missing_ok=True)


def listed(folder: Path, suffix: str) -> list[Path]:
    """All log files there that end so, the oldest first; no pipe, as opening one waits for its writer."""
    found = [path for path in folder.glob(f"*{suffix}") if NAME.fullmatch(path.name) and not path.is_fifo()]
    return sorted(found, key=lambda path: (begun(path), path.name))


def begun(path: Path) -> datetime:
    """When the file was begun, by its name."""
    named = NAME.fullmatch(path.name)
    moment = named["begun"] if named else "19700101T000000"
    return datetime.strptime(moment, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[int | None]:
    """The file, while nobody else writes or renames it; None where it is not under this name any more."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor if path.exists() else None
    finally:
        os.close(descriptor)
