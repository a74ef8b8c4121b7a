"""The catalogue of dumps, read from their manifests in the store of backups."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from config.settings import Settings
from server.core.security.keyring import Keyring
from server.operations.dumps.errors import DumpDamaged, DumpNotFound
from server.operations.dumps.manifest import Drill, DumpKind, Manifest, decode, encode, is_signed
from storage.base import ObjectInfo, ObjectNotFound, ObjectStore

KINDS: tuple[DumpKind, ...] = get_args(DumpKind)
FOLDERS: tuple[Literal["hour", "day", "week", "proven"], ...] = (*KINDS, "proven")

ARCHIVE, ENCRYPTED_ARCHIVE, MANIFEST, DRILL = ".dump.zst", ".dump.zst.age", ".json", ".drill.json"

# A word that stands for the id of the newest whole dump.
LATEST = "latest"

# The names that Perch writes: anything else in these folders is someone else's, and is never touched.
NAME = re.compile(
    r"(?P<id>(?:hour|day|week)-\d{8}T\d{6}Z-[0-9a-f]{6})(?:\.dump\.zst(?:\.age)?|(?:\.drill)?\.json)"
)

# The maximum size of a manifest in bytes. It usually has a few kilobytes, but it names every table.
LARGEST = 1 << 20

# The maximum size in bytes of a restore test's result, which doesn't name every table.
LARGEST_DRILL = 1 << 16

# How many bytes of unsigned manifests are read at most, as anyone who can write to the store can add more.
MOST_UNSIGNED = 16 << 20

# How many manifests are read at once.
READERS = 8

# How wrong a clock may be; a dump with a slot further in the future is not what it claims to be.
CLOCKS_DIFFER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that exists according to its manifest; `trouble` is what is known to be wrong with it.

    `is_signed` says whether a key that this Perch knows signed the manifest; `text` is the manifest's text.
    """

    manifest: Manifest
    text: bytes
    folder: str
    drill: Drill | None
    is_signed: bool
    trouble: str | None = None

    @property
    def id(self) -> str:
        """Its name, unique among the dumps of all kinds."""
        return self.manifest.id

    @property
    def key(self) -> str:
        """The object key of its archive."""
        return self.folder + archive_name(self.manifest)

    @property
    def is_of_the_future(self) -> bool:
        """Whether its slot is in the future: a clock was wrong, or someone else put it there."""
        return self.manifest.slot > datetime.now(UTC) + CLOCKS_DIFFER

    @property
    def is_proven(self) -> bool:
        """Whether a restore test has restored it from the stored bytes."""
        return self.drill is not None and self.drill.is_proof

    @property
    def keys(self) -> list[str]:
        """The keys of all its objects, the manifest first: without it the dump does not exist."""
        return [self.folder + self.id + MANIFEST, self.folder + self.id + DRILL, self.key]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All dumps, the newest first; manifests that cannot be trusted; archives that have none."""

    dumps: Sequence[Dump]
    damaged: Sequence[tuple[str, str]]
    strays: Sequence[ObjectInfo]

    def find(self, dump_id: str) -> Dump:
        """The dump with this id, or the newest for `latest`; if one copy is damaged, a whole one.

        `latest` is the dump that was begun last, whatever its slot. It is never a dump of the future, and
        lacks our signature only if all dumps do.

        Raises:
            DumpNotFound: there is no such dump.
        """
        if dump_id == LATEST and (whole := [dump for dump in self.dumps if dump.trouble is None]):
            past = [dump for dump in whole if not dump.is_of_the_future]
            if not past:
                raise DumpNotFound("every dump is dated in the future; name one by its ID")
            signed = [dump for dump in past if dump.is_signed]
            return max(signed or past, key=lambda dump: dump.manifest.started_at)
        found = [dump for dump in self.dumps if dump.id == dump_id]
        if not found:
            raise DumpNotFound(f"there is no dump {dump_id}; `perch dump list` shows all dumps")
        return min(found, key=rank)


async def read(store: ObjectStore, settings: Settings, keyring: Keyring) -> Catalogue:
    """Read what the store holds now. Proven dumps are in it twice: in their own folder and among the proven.

    Args:
        keyring: the keys whose signatures count.
    """
    dumps: list[Dump] = []
    damaged: list[tuple[str, str]] = []
    strays: list[ObjectInfo] = []
    unsigned = 0
    for kind in FOLDERS:
        folder = settings.dump_folder(kind)
        objects = {item.key: item async for item in store.list(folder) if is_directly_in(folder, item.key)}
        names = [
            key for key in objects if is_ours(key) and key.endswith(MANIFEST) and not key.endswith(DRILL)
        ]
        known: set[str] = set()  # per folder: what a killed copy left among the proven is a stray there
        async for key, found in _manifests(store, names):
            known.add(id_of(key))
            if isinstance(found, tuple):
                dump = await _dump(store, *found, folder, objects, keyring)
                unsigned += 0 if dump.is_signed else len(dump.text)
                if dump.is_signed or unsigned <= MOST_UNSIGNED:
                    dumps.append(dump)
                else:
                    damaged.append((key, f"it isn't signed, and {MOST_UNSIGNED >> 20} MiB of others aren't"))
            elif found is not None:
                damaged.append((key, str(found)))
        strays += [item for key, item in objects.items() if is_ours(key) and id_of(key) not in known]
    return Catalogue(sorted(dumps, key=lambda dump: dump.manifest.slot, reverse=True), damaged, strays)


def is_directly_in(folder: str, key: str) -> bool:
    """Whether the object is in the folder itself: anything in folders below is someone else's."""
    return "/" not in key.removeprefix(folder)


def is_ours(key: str) -> bool:
    """Whether this is a name that Perch gives to objects."""
    return NAME.fullmatch(key.rpartition("/")[2]) is not None


def id_of(key: str) -> str:
    """The id of the dump that an object belongs to; empty if the object isn't ours."""
    named = NAME.fullmatch(key.rpartition("/")[2])
    return named["id"] if named else ""


def distinct(dumps: Sequence[Dump]) -> list[Dump]:
    """Each dump once: of proven dumps, kept twice, the best copy, never a foreign one of the same name."""
    chosen: dict[str, Dump] = {}
    for dump in dumps:
        if dump.id not in chosen or rank(dump) < rank(chosen[dump.id]):
            chosen[dump.id] = dump
    return list(chosen.values())


def rank(dump: Dump) -> tuple[bool, bool]:
    """A sort key that puts signed dumps first, then whole ones."""
    return not dump.is_signed, dump.trouble is not None


def archive_name(manifest: Manifest) -> str:
    """The name of a dump's archive, whatever the manifest says."""
    return manifest.id + (ARCHIVE if manifest.encryption is None else ENCRYPTED_ARCHIVE)


async def write(store: ObjectStore, key: str, record: Manifest | Drill, keyring: Keyring) -> None:
    """Sign and store a manifest or the result of a restore test."""
    await put(store, key, encode(record, keyring))


async def put(store: ObjectStore, key: str, text: bytes) -> None:
    """Store the text of a manifest unchanged."""

    async def body() -> AsyncIterator[bytes]:
        yield text

    await store.put(key, body(), content_type="application/json")


async def read_whole(store: ObjectStore, key: str, *, largest: int = LARGEST) -> bytes:
    """Read a manifest or a test's result. Raises ObjectNotFound; DumpDamaged if it is too large for one."""
    async with store.read(key) as found:
        if found.info.size > largest:
            raise DumpDamaged(f"it has {found.info.size} bytes, but at most {largest} are allowed")
        return b"".join([piece async for piece in found.body])


async def _manifests(
    store: ObjectStore, keys: Sequence[str]
) -> AsyncIterator[tuple[str, tuple[bytes, Manifest] | DumpDamaged | None]]:
    """Each key, with the text and the manifest if it can be read."""

    async def one(key: str) -> tuple[bytes, Manifest] | DumpDamaged | None:
        try:
            text = await read_whole(store, key)
            found = decode(text, Manifest)
            if found.id != id_of(key) or found.key.rpartition("/")[2] != archive_name(found):
                raise DumpDamaged("it belongs to another dump")
            return text, found
        except ObjectNotFound:  # removed meanwhile
            return None
        except DumpDamaged as damage:
            return damage

    for start in range(0, len(keys), READERS):
        part = keys[start : start + READERS]
        for key, found in zip(part, await asyncio.gather(*map(one, part)), strict=True):
            yield key, found


async def _dump(
    store: ObjectStore,
    text: bytes,
    manifest: Manifest,
    folder: str,
    objects: dict[str, ObjectInfo],
    keyring: Keyring,
) -> Dump:
    ours = is_signed(text, manifest, keyring)
    drill: Drill | None = None
    with suppress(DumpDamaged, ObjectNotFound):  # it then counts as unproven, until the next restore test
        if (side := folder + manifest.id + DRILL) in objects:
            found = await read_whole(store, side, largest=LARGEST_DRILL)
            drill = decode(found, Drill)
            if drill.id != manifest.id or (ours and not is_signed(found, drill, keyring)):
                drill = None  # it is another dump's, or unsigned, so that anyone could have claimed the proof
    dump = Dump(manifest, text, folder, drill, ours)
    stored = objects.get(dump.key)
    if stored is None:
        return replace(dump, trouble="its archive is missing")
    if stored.size != manifest.stored_bytes:
        size = f"{stored.size} bytes instead of {manifest.stored_bytes}"
        return replace(dump, trouble=f"its archive has {size}")
    return dump
