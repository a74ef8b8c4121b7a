"""Real disks that can run full: small file systems in memory."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.waiting import wait_for

MISSING = "a full disk needs to mount a file system in memory: run the tests as root"


@contextmanager
def small(folder: Path, megabytes: int) -> Iterator[Path]:
    """Make the folder a disk of this many MB. Skips the test if mounting isn't allowed."""
    if not mount(folder, megabytes):
        pytest.skip(MISSING)
    try:
        yield folder
    finally:
        unmount(folder)


def mount(folder: Path, megabytes: int) -> bool:
    """Mount it; returns whether that worked."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def unmount(folder: Path) -> None:
    """Unmount at once, even if a process still has a file open there."""
    subprocess.run(["umount", "--lazy", folder], check=True)


def remounted(disk: Path, option: str) -> None:
    """Remount the disk with another option: `ro`, or `nr_inodes=200` to limit the number of files."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk)], check=True)


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Inside the block no file can be opened for writing, as on a failing disk; open files keep working."""
    subprocess.run(["mount", "-o", "bind", str(disk), str(disk)], check=True)

    def is_remounted() -> bool:
        # Refused as long as somebody is creating or removing a file.
        command = ["mount", "-o", "remount,ro,bind", str(disk)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    try:
        wait_for(is_remounted, "making the disk read-only")
        yield
    finally:
        unmount(disk)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Inside the block, not one byte is free on the disk."""
    filler = fill(disk)
    try:
        yield
    finally:
        filler.unlink()


def fill(disk: Path) -> Path:
    """The file that takes up all the space."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return filler
