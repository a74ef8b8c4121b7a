"""Log files: each has one writer; a file is finished when it reaches its maximum size, or when it is shipped.

A writer locks its file only while it writes a line, a shipper only while it renames it: when a writer finds
that its file was renamed, it continues in a new one. So a finished file has all its lines, whatever killed
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

# The size in bytes at which a file is finished.
ROTATE_BYTES = 16 << 20

# How many bytes finished files may take until they are shipped: if nobody ships them, the log must not fill
# the disk.
MOST_BYTES = 1 << 30


class NotStored(OSError):
    """What was stored could not be read back: the file stays here, and is shipped again later."""


class LogFile:
    """The log lines of one process. Each line is one write, so a killed process loses none."""

    def __init__(self, folder: Path, process: str) -> None:
        self._folder, self._process = folder, process
        self._lock = threading.Lock()
        self._path = folder
        self._descriptor: int | None = None
        self._size = self._number = 0

    @property
    def path(self) -> Path:
        """The file that was last written to; before the first line, its folder."""
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
        """Stop writing; what was written is shipped with the other files."""
        with self._lock:
            self._close()

    def _locked(self) -> int:
        """Lock and return the file that still has its name."""
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
            with contextlib.suppress(FileExistsError):  # from an earlier writer in this process
                self._descriptor = os.open(self._path, flags, 0o600)
        return self._descriptor

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def append(descriptor: int, line: bytes) -> None:
    """Append the whole line or nothing. Raises OSError if the disk is full."""
    if (written := os.write(descriptor, line)) < len(line):
        os.ftruncate(descriptor, os.fstat(descriptor).st_size - written)
        raise OSError(errno.ENOSPC, "no space left for a log line")


def finish(path: Path) -> None:
    """Take a file, if it still exists, from its writer, so that it gets no more lines; delete empty ones."""
    with locked(path) as descriptor:
        if descriptor is not None:
            if os.fstat(descriptor).st_size:
                path.rename(path.with_name(path.name.removesuffix(SUFFIX) + FINISHED))
            else:
                path.unlink()


def forget_beyond(folder: Path, most: int) -> None:
    """Remove the oldest finished files there, so that at most `most` bytes of them stay."""
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
    """All log files there with this suffix, the oldest first; no pipes: opening one waits for its writer."""
    found = [path for path in folder.glob(f"*{suffix}") if NAME.fullmatch(path.name) and not path.is_fifo()]
    return sorted(found, key=lambda path: (begun(path), path.name))


def begun(path: Path) -> datetime:
    """When the file was begun, by its name."""
    named = NAME.fullmatch(path.name)
    moment = named["begun"] if named else "19700101T000000"
    return datetime.strptime(moment, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[int | None]:
    """Lock the file, so that nobody else writes or renames it; None if it no longer has this name."""
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
