"""Checks for free disk space, before it is needed."""

from __future__ import annotations

import shutil
from pathlib import Path

from server.operations.dumps.errors import DumpFailed

# The bytes that must stay free in addition to what is about to be written.
HEADROOM = 256 << 20


def require(folder: Path, needed: int, what: str) -> None:
    """Raises DumpFailed unless this folder's disk has `needed` bytes and the headroom free."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed + HEADROOM:
        wanted = f"{what} would need about {(needed + HEADROOM) >> 20} MiB in {folder}"
        raise DumpFailed(f"{wanted}, but only {free >> 20} MiB are free")
