"""The lock on a data folder, held by the whole family of processes that uses it.

The parent takes the lock, and every child inherits it, including our PostgreSQL and Valkey. The kernel
releases it when the last of them has ended, for whatever reason. So a new start that gets the lock knows that
no process of an earlier start is left running, whatever a pid file says.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from server.processes.errors import CannotRun

# How many seconds the children of a killed parent may take to end.
PATIENCE = 30

# The name of the lock file in the data folder.
NAME = "perch.lock"

_held: int | None = None


class FolderInUse(CannotRun):
    """Another `perch up` is running on this data folder."""


class FolderUnusable(CannotRun):
    """The lock can't be taken because of the disk or its permissions."""


def acquire(
    data_folder: Path, *, on_wait: Callable[[str], None] = lambda _: None, patience: float = PATIENCE
) -> None:
    """Take the lock. It is held as long as this process or any of its children lives.

    Args:
        on_wait: called once with what is waited for: processes of an earlier start, or a command that works
            on the data.

    Raises:
        FolderInUse: another `perch up` is alive, or what is waited for does not end.
        FolderUnusable: the folder isn't writable.
    """
    global _held
    try:
        descriptor = os.open(data_folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FolderUnusable(f"DATA_DIR: can't write {data_folder / NAME}: {error.strerror}") from None
    deadline = time.monotonic() + patience
    waited = False
    while not _try(descriptor):
        parent = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
        command = command_of(parent)
        if command == "up" or time.monotonic() > deadline:
            os.close(descriptor)
            what = f"process {parent}" if command in (None, "up") else f"`perch {command}`, process {parent}"
            raise FolderInUse(f"another Perch ({what}) is using the data in {data_folder}")
        if not waited:
            on_wait("the processes of an earlier start" if command is None else f"`perch {command}`")
            waited = True
        time.sleep(0.1)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    except OSError as error:
        os.close(descriptor)
        raise FolderUnusable(f"DATA_DIR: can't write {data_folder / NAME}: {error.strerror}") from None
    _held = descriptor


def adopt(descriptor: int | None) -> None:
    """Hold the lock that an earlier image of this process took."""
    global _held
    _held = descriptor


def is_free(data_folder: Path) -> bool:
    """Whether no family of processes is using the data folder at the moment. Writes nothing.

    Raises:
        FolderUnusable: that can't be determined.
    """
    try:
        descriptor = os.open(data_folder / NAME, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError as error:
        raise FolderUnusable(f"DATA_DIR: can't read {data_folder / NAME}: {error.strerror}") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FolderUnusable(f"DATA_DIR: {data_folder / NAME} isn't a file")
        return _try(descriptor)
    finally:
        os.close(descriptor)


def release() -> None:
    """Release this process's hold on the lock; children keep theirs."""
    global _held
    if _held is not None:
        os.close(_held)
        _held = None


def held() -> int | None:
    """The lock's file descriptor, if this process holds the lock."""
    return _held


def inherited() -> tuple[int, ...]:
    """The file descriptors that children must keep open: that of the lock, if it is held."""
    return () if _held is None else (_held,)


def command_of(pid: str) -> str | None:
    """The `perch` command that this process runs, `up` if that is unclear; None if it isn't one of ours.

    It is also None if the process has ended.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (OSError, IndexError):
        return None
    if state == "Z" or not any("perch" in word for word in words):
        return None
    names = [number for number, word in enumerate(words) if Path(word).name == "perch"]
    return words[names[0] + 1] if names and words[names[0] + 1 :] and words[names[0] + 1] else "up"


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
