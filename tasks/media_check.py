"""Whether the rows of pictures and the objects in storage agree, both ways."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from server.models.connection import rows
from storage import keys
from storage.base import ObjectInfo, ObjectNotFound, ObjectStore

# An object without a row may be a picture on its way: it is an orphan once it is older than this.
ORPHAN_AGE = timedelta(days=1)

READY = "SELECT token, digests::text AS digests FROM media_attachments WHERE state = 'ready' ORDER BY id"
STILL_READY = "SELECT token FROM media_attachments WHERE state = 'ready' AND token = ANY($1)"
TOKENS = "SELECT token FROM media_attachments"

READERS = 8


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. Each finding is an object's key; the orphans that are older than a day are `stale`."""

    pictures: int
    objects: int
    missing: Sequence[str] = field(default_factory=list)
    damaged: Sequence[str] = field(default_factory=list)
    orphaned: Sequence[str] = field(default_factory=list)
    stale: Sequence[str] = field(default_factory=list)
    removed: int = 0

    @property
    def is_well(self) -> bool:
        """Nothing is missing or damaged; orphans only take room."""
        return not self.missing and not self.damaged


async def check(
    store: ObjectStore,
    folder: str,
    *,
    repair: bool = False,
    read_all: bool = False,
    now: datetime | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Compare both ways.

    Args:
        repair: remove orphans that are older than a day.
        read_all: read every object and hold its SHA-256 against the row, where the row has one; else the
        size.
    """
    prefix = keys.variant(folder, "")
    stored = {item.key: item async for item in store.list(prefix)}
    ready = await rows(READY)
    wanted: dict[str, tuple[int, str] | None] = {}
    for media in ready:
        digests = msgspec.json.decode(media["digests"]) if media["digests"] else {}
        for suffix in ("", keys.SMALL):
            wanted[keys.variant(folder, media["token"] + suffix)] = digests.get(suffix)
    missing = [key for key in wanted if key not in stored and not await _is_there(store, key)]
    still = {media["token"] for media in await rows(STILL_READY, [_token(key, prefix) for key in missing])}
    missing = [key for key in missing if _token(key, prefix) in still]
    damaged = await _damaged(store, stored, wanted, read_all, on_progress)
    known = {media["token"] for media in await rows(TOKENS)}
    before = (now or datetime.now(UTC)) - ORPHAN_AGE
    orphaned = [item for key, item in stored.items() if (token := _token(key, prefix)) and token not in known]
    old = [item.key for item in orphaned if item.modified_at < before]
    stale = [key for key in old if await _is_there(store, key)]  # not removed since they were listed
    if repair:
        for key in stale:
            await store.delete(key)
    return Report(
        len(ready),
        len(stored),
        missing,
        damaged,
        [item.key for item in orphaned],
        stale,
        len(stale) if repair else 0,
    )


def _token(key: str, prefix: str) -> str | None:
    """The picture's, or None for an object that is none of ours."""
    named = keys.MEDIA_NAME.fullmatch(key.removeprefix(prefix))
    return named["token"] if named else None


async def _is_there(store: ObjectStore, key: str) -> bool:
    """At this moment, later than the objects were listed."""
    try:
        await store.info(key)
    except ObjectNotFound:
        return False
    return True


async def _damaged(
    store: ObjectStore,
    stored: dict[str, ObjectInfo],
    wanted: dict[str, tuple[int, str] | None],
    read_all: bool,
    on_progress: Callable[[int, int], None],
) -> list[str]:
    found = []
    present = [key for key in wanted if key in stored]
    for start in range(0, len(present), READERS):
        part = present[start : start + READERS]
        for key, bad in zip(
            part,
            await asyncio.gather(*(_is_bad(store, stored[key], wanted[key], read_all) for key in part)),
            strict=True,
        ):
            if bad:
                found.append(key)
        on_progress(start + len(part), len(present))
    return found


async def _is_bad(
    store: ObjectStore, item: ObjectInfo, expected: tuple[int, str] | None, read_all: bool
) -> bool:
    if item.size == 0 or (expected is not None and item.size != expected[0]):
        return True
    if not read_all or expected is None:
        return False
    digest = hashlib.sha256()
    try:
        async with store.read(item.key) as found:
            async for piece in found.body:
                digest.update(piece)
    except ObjectNotFound:  # removed meanwhile
        return False
    return digest.hexdigest() != expected[1]
