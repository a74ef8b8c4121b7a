"""Reading a dump back: checking every byte against the hash, and reading the archive to its end."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.operations.dumps.catalogue import Dump
from server.operations.dumps.errors import DumpDamaged
from storage.base import ObjectNotFound, ObjectStore
from storage.files import chunks_of
from tasks.dumps import pg_restore, space
from tasks.workshop import Workshop


async def verify(dump: Dump, workshop: Workshop, *, identity: str | None = None) -> str:
    """Read a whole dump back; return a description of what was checked.

    Raises:
        DumpDamaged: a bit has changed, or something is missing.
        DumpFailed: it cannot be read for another reason, such as the wrong key.
    """
    if dump.trouble is not None:
        raise DumpDamaged(dump.trouble)
    if not dump.is_signed:  # we don't unpack what anyone may have put there
        await read_through(dump, workshop)
        return "hash (not signed by a key that this Perch knows, so its archive wasn't unpacked)"
    if dump.manifest.encryption is not None and identity is None:
        await read_through(dump, workshop)
        return "hash (encrypted; use --identity to check its archive too)"
    async with fetched(dump, workshop.backups, workshop.scratch) as file:
        with pg_restore.into(None, dump.manifest.client_version) as sink:
            progress, stored = workshop.on_progress, chunks_of(file)
            await pg_restore.send(stored, sink, dump.manifest, identity=identity, on_progress=progress)
    return "hash and archive"


@asynccontextmanager
async def fetched(dump: Dump, store: ObjectStore, scratch: Path) -> AsyncIterator[Path]:
    """A dump's stored bytes in a local file, checked against the manifest before anything else reads them.

    Raises:
        DumpDamaged: the bytes are not those that were stored.
        DumpFailed: there is no room for them.
    """
    space.require(scratch, dump.manifest.stored_bytes, "the dump's bytes")
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="dump-", dir=scratch) as folder:
        stored, file = Path(folder) / "stored", Path(folder) / "archive"
        try:
            await store.fetch(dump.key, stored)
        except ObjectNotFound:
            raise DumpDamaged("its archive is missing") from None
        await asyncio.to_thread(make_own, stored, file)
        if await asyncio.to_thread(digest, file) != (dump.manifest.sha256, dump.manifest.stored_bytes):
            raise DumpDamaged("its bytes differ from those that were stored")
        yield file


def make_own(fetched: Path, file: Path) -> None:
    """Move a fetched file, or copy it if it is the stored object itself, which others could change later."""
    if fetched.stat().st_nlink == 1:
        fetched.rename(file)
        return
    shutil.copyfile(fetched, file)
    fetched.unlink()


def digest(file: Path) -> tuple[str, int]:
    """The SHA-256 of a file, and its size."""
    with file.open("rb") as found:
        return hashlib.file_digest(found, "sha256").hexdigest(), file.stat().st_size


async def read_through(dump: Dump, workshop: Workshop) -> None:
    """Check a stored dump's bytes against its manifest. Raises DumpDamaged, DumpFailed."""
    progress = workshop.on_progress
    try:
        async with workshop.backups.read(dump.key) as found:
            await pg_restore.send(found.body, Nowhere(), dump.manifest, on_progress=progress)
    except ObjectNotFound:
        raise DumpDamaged("its archive is missing") from None


class Nowhere:
    """A sink that discards everything."""

    def write(self, data: bytes) -> None:
        """Discard the data."""
