"""Whether the rows of pictures and the objects in storage agree, both ways."""

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

# An object without a row may be a picture on its way: it is an orphan once it is older than this.
ORPHAN_AGE = timedelta(days=1)

READY = "SELECT count(*) AS count FROM media_attachments WHERE state = 'ready'"
OF_TOKENS = "SELECT token, state, digests::text AS digests FROM media_attachments WHERE token = ANY($1)"
STILL_READY = "SELECT token FROM media_attachments WHERE state = 'ready' AND token = ANY($1)"

# $1 after, $2 up to, both tokens; $3 how many. Tokens have one length and the digits of hexadecimal numbers,
# which every collation puts into the order of their bytes, as stores do.
READY_BETWEEN = """
    SELECT token FROM media_attachments WHERE state = 'ready' AND token > $1 AND token <= $2
    ORDER BY token LIMIT $3
"""
LAST = "g"  # behind all tokens

# So many pictures' objects, and so many rows, are compared at a time: there may be millions.
BATCH = 1_000

READERS = 8

# $1 what no row knows at this moment, $2 the time. An object that is gone or has a row again is forgotten.
FORGET_KNOWN = "DELETE FROM unknown_objects WHERE key <> ALL($1::text[]) RETURNING key"
REMEMBER = """
    INSERT INTO unknown_objects (key, found_at) SELECT unnest($1::text[]), $2
    ON CONFLICT (key) DO NOTHING RETURNING key
"""
EXPIRED = "SELECT key FROM unknown_objects WHERE found_at <= $1 AND key = ANY($2::text[]) ORDER BY key"
FORGET = "DELETE FROM unknown_objects WHERE key = $1 RETURNING key"

# From being found unknown to being removed, where MEDIA_GRACE_DAYS says nothing else.
GRACE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. Each finding is an object's key.

    Of the orphans, those older than a day are `stale`. `new` were met for the first time and are removed when
    MEDIA_GRACE_DAYS are over; `removed` is how many were.
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
    """Compare both ways, a batch at a time. What is found is looked at again before it counts.

    Args:
        repair: remember orphans that are older than a day, and remove those that were remembered for `grace`.
        In a store that is another Perch's, nothing is remembered or removed.
        read_all: read every object and hold its SHA-256 against the row, where the row has one; else the
        size.
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
    """Remember what is newly unknown, and remove what has been for long: the new ones, and how many went.

    A row may be missing because an older dump was restored, and may come back with a newer one.
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
    """Objects of pictures whose tokens come one after the other; `objects` are all that were listed."""

    after: str
    upto: str = LAST
    by_token: dict[str, list[ObjectInfo]] = field(default_factory=dict)
    objects: int = 0


@dataclass(slots=True)
class Found:
    """What came of the parts so far."""

    pictures: int = 0
    objects: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphaned: list[ObjectInfo] = field(default_factory=list)


async def _parts(store: ObjectStore, prefix: str) -> AsyncIterator[Part]:
    """All objects, in the order in which stores list them; the last part goes up to the end."""
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
    """A part with the rows of its tokens, and with those of tokens between them that have no object.

    The former by their tokens, whatever the order in which a store lists: what has no row is deleted.
    """
    stored = {item.key: item for items in part.by_token.values() for item in items}
    wanted: dict[str, tuple[int, str] | None] = {}
    known = await rows(OF_TOKENS, list(part.by_token))
    for media in known:
        if media["state"] != "ready":
            continue
        digests = msgspec.json.decode(media["digests"]) if media["digests"] else {}
        for suffix in ("", object_keys.SMALL):
            wanted[prefix + media["token"] + suffix] = digests.get(suffix)
    missing = [key for key in wanted if key not in stored]
    lost = [token async for token in _ready_between(part.after, part.upto) if token not in part.by_token]
    missing += [prefix + token + suffix for token in lost for suffix in ("", object_keys.SMALL)]
    found.missing += await _still_missing(store, prefix, missing)
    found.damaged += await _damaged(store, stored, wanted, read_all)
    tokens = {media["token"] for media in known}
    for token, items in part.by_token.items():
        if token not in tokens:
            found.orphaned += items
    found.objects += part.objects
    found.pictures += len(wanted) // 2 + len(lost)


async def _ready_between(after: str, upto: str) -> AsyncIterator[str]:
    """The tokens of ready pictures there, in order."""
    while page := await rows(READY_BETWEEN, after, upto, BATCH):
        for media in page:
            yield media["token"]
        after = page[-1]["token"]


async def _still_missing(store: ObjectStore, prefix: str, suspects: Sequence[str]) -> list[str]:
    """Those that are not there at this moment either, and whose pictures are ready still."""
    gone = [key for key in suspects if not await _is_there(store, key)]
    if not gone:
        return []
    still = {media["token"] for media in await rows(STILL_READY, [_token(key, prefix) for key in gone])}
    return [key for key in gone if _token(key, prefix) in still]


def _token(key: str, prefix: str) -> str | None:
    """The picture's, or None for an object that is none of ours."""
    named = object_keys.MEDIA_NAME.fullmatch(key.removeprefix(prefix))
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
