"""Free space on the disks of this machine that Perch writes to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings

# A disk is low if less than a tenth of it, or less than 2 GB, is free. Both rules have bounds, so that
# neither a huge disk nor a tiny one counts as low for no reason: 10 GB are plenty, whatever part of the disk
# they are, and on a disk of less than 8 GB a quarter is enough. The sizes are in bytes.
LOW_PART, PLENTY = 10, 10 * 10**9
LOW_BYTES, TINY_PART = 2 * 10**9, 4

# A file system with a limited number of files is low when less than one part in this many is free.
LOW_FILES_PART = 100


@dataclass(frozen=True, slots=True)
class Disk:
    """What is known about a folder's disk, with sizes in bytes; `error` says why nothing is known."""

    place: str
    folder: Path
    size: int = 0
    free: int = 0
    lacks_files: bool = False
    only_reads: bool = False
    error: str | None = None

    @property
    def is_low(self) -> bool:
        """Whether someone has to make room soon."""
        return self.error is None and (self.free < enough(self.size) or self.lacks_files)

    @property
    def trouble(self) -> tuple[str, str] | None:
        """What is wrong with the disk, as a sentence for everyone and the details for operators."""
        if self.error is not None:
            return f"the disk that holds the {self.place} can't be checked", f"{self.folder}: {self.error}"
        if self.only_reads:
            return f"the disk that holds the {self.place} is read-only", str(self.folder)
        if self.lacks_files:
            few = f"the disk that holds the {self.place} has room for few more files"
            return few, f"{self.folder} is nearly out of inodes"
        if self.is_low:
            left = f"{in_words(self.free)} of {in_words(self.size)} free at {self.folder}"
            return f"the disk that holds the {self.place} is nearly full", left
        return None


def places(settings: Settings) -> dict[str, Path]:
    """The folders that grow, by what they hold."""
    found = {"data": settings.data_folder}
    if settings.object_storage == "local":
        found["pictures"] = settings.objects_folder
    if settings.backup_kind == "local":
        found["backups"] = settings.backup_folder
    return found


def looked_at(settings: Settings) -> Iterator[Disk]:
    """Each disk once, under the first of its places."""
    known: set[int] = set()
    for place, folder in places(settings).items():
        try:
            there = existing(folder)
            device = there.stat().st_dev
            if device not in known:
                yield of_folder(place, there)
            known.add(device)
        except OSError as error:
            yield Disk(place, folder, error=error.strerror or str(error))


def of_folder(place: str, folder: Path) -> Disk:
    """The disk of a folder that exists. Raises OSError."""
    found = os.statvfs(folder)
    return Disk(
        place,
        folder,
        size=found.f_blocks * found.f_frsize,
        free=found.f_bavail * found.f_frsize,
        # Some file systems create inodes on demand and report 0.
        lacks_files=found.f_files > 0 and found.f_favail * LOW_FILES_PART < found.f_files,
        only_reads=bool(found.f_flag & os.ST_RDONLY),
    )


def existing(folder: Path) -> Path:
    """The folder, or its nearest existing parent, where it will be created. Raises OSError."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def enough(size: int) -> int:
    """The number of bytes that have to be free on a disk of this size."""
    return max(min(size // LOW_PART, PLENTY), min(LOW_BYTES, size // TINY_PART))


def in_words(count: int) -> str:
    """A number of bytes in the units usual for disks."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit in ("B", "kB") else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
