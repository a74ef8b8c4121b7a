"""Reading a dump back: every byte against its hash, and the archive to its end."""

from __future__ import annotations

from storage.base import ObjectNotFound
from tasks.dumps import restoring
from tasks.dumps.catalogue import Dump
from tasks.dumps.channel import Sink
from tasks.dumps.errors import DumpDamaged
from tasks.workshop import Workshop


async def verify(dump: Dump, workshop: Workshop, *, identity: str | None = None) -> str:
    """Read all of it back; what was looked at, in words.

    Raises:
        DumpDamaged: a bit is not as it was, or something is missing.
        DumpFailed: it cannot be read for another reason, such as the wrong key.
    """
    if dump.trouble is not None:
        raise DumpDamaged(dump.trouble)
    if dump.manifest.encryption is not None and identity is None:
        await read_into(Nowhere(), dump, workshop)
        return "hash (encrypted: its archive is read with --identity)"
    with restoring.into(None, dump.manifest.client_version) as sink:
        await read_into(sink, dump, workshop, identity=identity)
    return "hash and archive"


async def read_into(sink: Sink, dump: Dump, workshop: Workshop, *, identity: str | None = None) -> None:
    """A stored dump to its end into the sink. Raises DumpDamaged, DumpFailed (see `restoring.send`)."""
    progress = workshop.on_progress
    try:
        async with workshop.backups.read(dump.key) as found:
            await restoring.send(found.body, sink, dump.manifest, identity=identity, on_progress=progress)
    except ObjectNotFound:
        raise DumpDamaged("its archive is missing") from None


class Nowhere:
    """A sink that keeps nothing."""

    def write(self, data: bytes) -> None:
        """Drop it."""
