"""Log files: one writer each, without locking others; rotated by size and by age.

A writer holds a lock on its file as long as it writes there, and goes on in a new file when this one is large
or old. So the kernel knows which files are finished, whatever killed their writer.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

SUFFIX = ".jsonl"
NAME = re.compile(r".*\.(?P<begun>\d{8}T\d{6})\.\d+\.\d+\.jsonl", re.ASCII)
SAFE = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)

# A file is finished at this size, or age. Bytes, seconds.
ROTATE_BYTES, ROTATE_AFTER = 16 << 20, 3600


class NotStored(OSError):
    """What was stored does not come back: the file stays here, and is shipped again later."""


class LogFile:
    """Lines of one process. Each line is one write: a killed process loses none that was handed over."""

    def __init__(self, folder: Path, process: str, *, rotate_after: float = ROTATE_AFTER) -> None:
        self._folder, self._process, self._rotate_after = folder, process, rotate_after
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._size = 0
        self._opened_at = 0.0
        self._number = 0

    def write(self, line: bytes) -> None:
        """Append a line, which ends with a newline. Raises OSError."""
        with self._lock:
            if self._descriptor is not None and self._is_full():
                self._close()
            if self._descriptor is None:
                self._open()
            if self._descriptor is not None:
                os.write(self._descriptor, line)
            self._size += len(line)

    def close(self) -> None:
        """The file is finished."""
        with self._lock:
            self._close()

    def _is_full(self) -> bool:
        return self._size >= ROTATE_BYTES or time.monotonic() >= self._opened_at + self._rotate_after

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        host = SAFE.sub("-", socket.gethostname())[:60] or "host"
        while True:
            self._number += 1
            moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            name = f"{host}.{SAFE.sub('-', self._process)}.{moment}.{os.getpid()}.{self._number}{SUFFIX}"
            path = self._folder / name
            descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600
            )
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:  # not shipped, empty as it was, between the two lines above
                break
            os.close(descriptor)
        self._descriptor, self._size, self._opened_at = descriptor, 0, time.monotonic()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def listed(folder: Path) -> list[Path]:
    """All log files there, the oldest first."""
    found = [path for path in folder.glob(f"*{SUFFIX}") if NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: (begun(path), path.name))


def begun(path: Path) -> datetime:
    """When the file was begun, by its name."""
    named = NAME.fullmatch(path.name)
    moment = named["begun"] if named else "19700101T000000"
    return datetime.strptime(moment, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


@contextlib.contextmanager
def finished(path: Path) -> Iterator[bool]:
    """Whether nobody writes the file any more, nor ships it; while the block lasts nobody else does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        yield is_free(descriptor)
    finally:
        os.close(descriptor)


def is_free(descriptor: int) -> bool:
    """Take the lock on an open file, if nobody holds it and the file is still there."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(descriptor).st_nlink > 0
