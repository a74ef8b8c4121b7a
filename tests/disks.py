"""Real disks that can be full: small file systems in memory."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

MISSING = "a full disk needs to mount a file system in memory: run the tests as root"


@contextmanager
def small(folder: Path, megabytes: int) -> Iterator[Path]:
    """The folder as a disk of so many MB. Skips the test where nobody may mount."""
    if not mount(folder, megabytes):
        pytest.skip(MISSING)
    try:
        yield folder
    finally:
        unmount(folder)


def mount(folder: Path, megabytes: int) -> bool:
    """Whether it could be done."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def unmount(folder: Path) -> None:
    """At once, though somebody may have a file open there."""
    subprocess.run(["umount", "--lazy", folder], check=True)


def remounted(disk: Path, option: str) -> None:
    """The same disk with another option: `ro`, or `nr_inodes=200` for one that takes so many files."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk)], check=True)


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Inside the block no file can be opened for writing there, as on a disk that fails; open ones go on."""
    subprocess.run(["mount", "-o", "bind", str(disk), str(disk)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(disk)], check=True)
        yield
    finally:
        unmount(disk)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """No byte of room is left on the disk inside the block."""
    filler = fill(disk)
    try:
        yield
    finally:
        filler.unlink()


def fill(disk: Path) -> Path:
    """The file that takes all room."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return filler
