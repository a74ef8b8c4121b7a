"""Room on the disk, looked at before it is needed."""

from __future__ import annotations

import shutil
from pathlib import Path

from server.operations.dumps.errors import DumpFailed

# Left free besides what is about to be written. Bytes.
HEADROOM = 256 << 20


def require(folder: Path, needed: int, what: str) -> None:
    """Raises DumpFailed where the disk of this folder has not so many bytes free, and some headroom."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed + HEADROOM:
        wanted = f"{what} would need about {(needed + HEADROOM) >> 20} MiB in {folder}"
        raise DumpFailed(f"{wanted}, but only {free >> 20} MiB are free")
