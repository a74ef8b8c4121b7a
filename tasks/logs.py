"""Shipping log files: finish, compress, store and read them back, and only then remove them here.

An archive's key follows from its file's name, so that shipping it again after a crash changes nothing. Each
worker ships the files of its own machine.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from config import log_files
from server.operations.runs import Claim
from storage.base import CHUNK, ObjectStore, StorageError
from tasks.workshop import Workshop

log = logging.getLogger(__name__)


async def ship_scheduled(claim: Claim, workshop: Workshop) -> dict[str, Any]:
    """Ship the log files to the backup store."""
    del claim
    return await ship(workshop)


async def ship(workshop: Workshop) -> dict[str, Any]:
    """Ship all log lines of this machine; return the files and bytes, before and after compression."""
    folder = workshop.settings.logs_folder
    for path in await asyncio.to_thread(log_files.listed, folder, log_files.SUFFIX):
        await asyncio.to_thread(log_files.finish, path)
    files = plain = packed = 0
    failed: OSError | StorageError | None = None
    for path in await asyncio.to_thread(log_files.listed, folder, log_files.FINISHED):
        try:
            data = await asyncio.to_thread(path.read_bytes)
            packed += await store(data, key_of(path, workshop.settings.s3_logs_folder), workshop.backups)
            path.unlink(missing_ok=True)
        except FileNotFoundError:  # shipped by another worker
            continue
        except (OSError, StorageError) as error:  # the other files are still shipped
            log.warning("can't ship %s: %s", path.name, error)
            failed = error
            continue
        plain += len(data)
        files += 1
    if failed is not None:
        raise failed
    return {"files": files, "bytes": plain, "stored_bytes": packed}


def key_of(path: Path, folder: str) -> str:
    """The key of a file's archive: by its first day, below the folder of logs."""
    day = log_files.begun(path).strftime("%Y-%m-%d")
    return f"{folder.strip('/')}/{day}/{path.name.removesuffix('.done')}.gz"


async def store(data: bytes, key: str, backups: ObjectStore) -> int:
    """Store it compressed, read it back, return the stored size. Raises StorageUnavailable if it differs."""
    packed = await asyncio.to_thread(gzip.compress, data, 6, mtime=0)  # the same bytes each time

    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), CHUNK):
            yield packed[start : start + CHUNK]

    await backups.put(key, body(), content_type="application/gzip")
    digest = hashlib.sha256()
    async with backups.read(key) as found:
        async for piece in found.body:
            digest.update(piece)
    if digest.digest() != hashlib.sha256(packed).digest():
        raise log_files.NotStored(f"the archive {key} differs from what was stored")
    return len(packed)
