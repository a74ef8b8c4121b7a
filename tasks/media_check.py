"""Checks in both directions that the rows of pictures and the stored objects agree."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from server.core.database.connection import rows
from storage import object_keys
from storage.base import ObjectInfo, ObjectNotFound, ObjectStore
from storage.owned import OwnedStore, Standing

# An object without a row may be a picture being processed: it is an orphan once it is older than this.
ORPHAN_AGE = timedelta(days=1)

READY = "SELECT count(*) AS count FROM media_attachments WHERE state = 'ready'"
OF_TOKENS = "SELECT token, state, digests::text AS digests FROM media_attachments WHERE token = ANY($1)"
STILL_READY = "SELECT token FROM media_attachments WHERE state = 'ready' AND token = ANY($1)"

# $1 after, $2 up to, both tokens; $3 how many. Tokens are hexadecimal numbers of the same length, which every
# collation sorts in byte order, as stores do.
READY_BETWEEN = """
    SELECT token, digests::text AS digests FROM media_attachments
    WHERE state = 'ready' AND token > $1 AND token <= $2
    ORDER BY token LIMIT $3
"""
LAST = "g"  # sorts after all tokens

# How many pictures' objects, and how many rows, are compared at a time: there may be millions.
BATCH = 1_000

READERS = 8

# $1 objects without a row at this moment, $2 the time. Objects that are gone or have a row again are
# forgotten.
FORGET_KNOWN = "DELETE FROM unknown_objects WHERE key <> ALL($1::text[]) RETURNING key"
REMEMBER = """
    INSERT INTO unknown_objects (key, found_at) SELECT unnest($1::text[]), $2
    ON CONFLICT (key) DO NOTHING RETURNING key
"""
EXPIRED = "SELECT key FROM unknown_objects WHERE found_at <= $1 AND key = ANY($2::text[]) ORDER BY key"
FORGET = "DELETE FROM unknown_objects WHERE key = $1 RETURNING key"

# The time from when an orphan is found to its removal, unless MEDIA_GRACE_DAYS says otherwise.
GRACE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Report:
    """The findings, each of which is an object's key.

    Orphans older than a day are `stale`. `new` are those found for the first time, which will be removed
    after MEDIA_GRACE_DAYS; `removed` is the number of orphans that were removed.
    """

    pictures: int
    objects: int
    missing: Sequence[str] = field(default_factory=list)
    damaged: Sequence[str] = field(default_factory=list)
    orphaned: Sequence[str] = field(default_factory=list)
    stale: Sequence[str] = field(default_factory=list)
    new: Sequence[str] = field(default_factory=list)
    removed: int = 0

    @property
    def is_well(self) -> bool:
        """Nothing is missing or damaged; orphans only take room."""
        return not self.missing and not self.damaged


async def check(
    store: OwnedStore,
    folder: str,
    *,
    repair: bool = False,
    read_all: bool = False,
    grace: timedelta = GRACE,
    now: datetime | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Compare in both directions, a batch at a time. Each finding is checked again before it counts.

    Args:
        repair: remember orphans that are older than a day, and remove those that were remembered for `grace`.
        In a store that belongs to another Perch, nothing is remembered or removed.
        read_all: read every object and compare its SHA-256 with the row's, if the row has one; otherwise
        compare only the size.
    """
    prefix = object_keys.variant(folder, "")
    (ready,) = await rows(READY)
    found = Found()
    async for part in _parts(store, prefix):
        await _compare(store, prefix, part, found, read_all=read_all)
        on_progress(min(found.pictures, ready["count"]), ready["count"])
    now = now or datetime.now(UTC)
    old = [item.key for item in found.orphaned if item.modified_at < now - ORPHAN_AGE]
    stale = [key for key in old if await _is_there(store, key)]  # not removed since they were listed
    new: list[str] = []
    removed = 0
    if repair and await store.standing() is Standing.OWNER:
        new, removed = await _clean_up(store, stale, grace, now)
    return Report(
        ready["count"],
        found.objects,
        found.missing,
        found.damaged,
        [item.key for item in found.orphaned],
        stale,
        new,
        removed,
    )


async def _clean_up(
    store: OwnedStore, stale: Sequence[str], grace: timedelta, now: datetime
) -> tuple[list[str], int]:
    """Remember new orphans and remove long-known ones; return the new ones and the number removed.

    A row may be missing because an older dump was restored, and may come back with a newer dump.
    """
    await rows(FORGET_KNOWN, list(stale))
    new = [row["key"] for row in await rows(REMEMBER, list(stale), now)]
    expired = [row["key"] for row in await rows(EXPIRED, now - grace, list(stale))]
    for key in expired:
        await store.delete(key)
        await rows(FORGET, key)
    return new, len(expired)


@dataclass(slots=True)
class Part:
    """The objects of pictures with consecutive tokens; `objects` are all objects that were listed."""

    after: str
    upto: str = LAST
    by_token: dict[str, list[ObjectInfo]] = field(default_factory=dict)
    objects: int = 0


@dataclass(slots=True)
class Found:
    """The findings of the parts so far."""

    pictures: int = 0
    objects: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphaned: list[ObjectInfo] = field(default_factory=list)


async def _parts(store: ObjectStore, prefix: str) -> AsyncIterator[Part]:
    """All objects in the order in which stores list them; the last part extends to the end."""
    part = Part(after="")
    async for item in store.list(prefix):
        token = _token(item.key, prefix)
        if token is not None and token not in part.by_token and len(part.by_token) >= BATCH:
            part.upto = max(part.by_token)
            yield part
            part = Part(after=part.upto)
        part.objects += 1
        if token is not None:
            part.by_token.setdefault(token, []).append(item)
    yield part


async def _compare(store: ObjectStore, prefix: str, part: Part, found: Found, *, read_all: bool) -> None:
    """Compare a part with the rows of its tokens, and with rows of tokens in between that have no object.

    The rows are looked up by token, whatever order a store lists in: objects without a row get deleted.
    """
    stored = {item.key: item for items in part.by_token.values() for item in items}
    wanted: dict[str, tuple[int, str] | None] = {}
    known = await rows(OF_TOKENS, list(part.by_token))
    for media in known:
        if media["state"] != "ready":
            continue
        digests = msgspec.json.decode(media["digests"]) if media["digests"] else {}
        for suffix in object_keys.suffixes(digests):
            wanted[prefix + media["token"] + suffix] = digests.get(suffix)
    missing = [key for key in wanted if key not in stored]
    lost = [one async for one in _ready_between(part.after, part.upto) if one[0] not in part.by_token]
    missing += [prefix + token + suffix for token, suffixes in lost for suffix in suffixes]
    found.missing += await _still_missing(store, prefix, missing)
    found.damaged += await _damaged(store, stored, wanted, read_all)
    tokens = {media["token"] for media in known}
    for token, items in part.by_token.items():
        if token not in tokens:
            found.orphaned += items
    found.objects += part.objects
    found.pictures += sum(media["state"] == "ready" for media in known) + len(lost)


async def _ready_between(after: str, upto: str) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    """The tokens of ready pictures in this range, in order, with the suffixes of their variants."""
    while page := await rows(READY_BETWEEN, after, upto, BATCH):
        for media in page:
            yield media["token"], object_keys.suffixes(msgspec.json.decode(media["digests"] or "{}"))
        after = page[-1]["token"]


async def _still_missing(store: ObjectStore, prefix: str, suspects: Sequence[str]) -> list[str]:
    """The suspects that are still missing now, and whose pictures are still ready."""
    gone = [key for key in suspects if not await _is_there(store, key)]
    if not gone:
        return []
    still = {media["token"] for media in await rows(STILL_READY, [_token(key, prefix) for key in gone])}
    return [key for key in gone if _token(key, prefix) in still]


def _token(key: str, prefix: str) -> str | None:
    """The picture's token, or None if the object isn't ours."""
    named = object_keys.MEDIA_NAME.fullmatch(key.removeprefix(prefix))
    return named["token"] if named else None


async def _is_there(store: ObjectStore, key: str) -> bool:
    """Whether the object exists now, some time after the objects were listed."""
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
) -> list[str]:
    found = []
    present = [key for key in wanted if key in stored]
    for start in range(0, len(present), READERS):
        some = present[start : start + READERS]
        bad = await asyncio.gather(*(_is_bad(store, stored[key], wanted[key], read_all) for key in some))
        found += [key for key, is_bad in zip(some, bad, strict=True) if is_bad]
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
