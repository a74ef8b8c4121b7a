"""Which Perch a store belongs to, so that a second one on the same bucket removes nothing of the first.

A marker in the store names the owner by the identity of the instance and the lineage of its data. A restored
database has another lineage, so it owns nothing until someone says so, except what belonged to the database
that it replaced in place. The first Perch that finds a store without a marker claims it, unless the store has
objects of which the database knows none.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from server.core.database.connection import rows
from storage.base import ObjectNotFound, ObjectStore, StorageError
from storage.object_keys import MARKERS, variant
from storage.owned import Standing

log = logging.getLogger(__name__)

# How many seconds an answer stays valid; for that long a Perch may go on removing after another took over.
KNOWN_FOR = 10.0

# The most bytes of a marker; ours have about 200.
LARGEST_MARKER = 1 << 14

SELF = """
    SELECT identity::text AS identity, lineage::text AS lineage, is_rehearsal, succeeds::text AS succeeds
    FROM instance
"""

# Whether this database knows of anything in a store of pictures, and in a store of dumps.
KNOWS_PICTURES = "SELECT EXISTS (SELECT 1 FROM media_attachments) AS found"
KNOWS_DUMPS = (
    "SELECT EXISTS (SELECT 1 FROM scheduled_runs WHERE kind LIKE 'dump%' AND state = 'done') AS found"
)


class MarkerDamaged(StorageError):
    """The marker exists but cannot be read, so it is unknown whose the store is."""


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """The marker's contents. `name` is INSTANCE_NAME, for people; `since` is when it became the owner."""

    identity: str
    epoch: str
    name: str
    since: datetime

    def is_same(self, other: Owner) -> bool:
        """Whether both name the same data of the same Perch."""
        return (self.identity, self.epoch) == (other.identity, other.epoch)


@dataclass(slots=True)
class Ownership:
    """The relation of one folder of a store to this Perch.

    Args:
        store: the store itself, not wrapped.
        folder: where the pictures or dumps are; each folder of a bucket may have an owner of its own.
        name: this Perch's name, for people.
        knows: the statement that tells whether the database knows of anything there.
    """

    store: ObjectStore
    folder: str
    name: str
    knows: str = KNOWS_PICTURES
    _known: Standing | None = None
    _known_at: float = 0.0

    @property
    def key(self) -> str:
        """The object key of the marker."""
        return f"{MARKERS}{self.folder.strip('/')}.json"

    async def standing(self) -> Standing:
        """The store's standing for this Perch; claims a store without an owner. Raises StorageError."""
        if self._known is None or time.monotonic() - self._known_at > KNOWN_FOR:
            found = await self._ask()
            if found is Standing.GUEST and self._known is not Standing.GUEST:
                words = "%s: belongs to another Perch, so this one removes nothing from it"
                log.warning(words, self.folder)
            self._known, self._known_at = found, time.monotonic()
        return self._known

    async def owner(self) -> Owner | None:
        """The owner that the marker names; None without a marker. Raises StorageError, MarkerDamaged."""
        try:
            async with self.store.read(self.key) as found:
                if found.info.size > LARGEST_MARKER:
                    raise MarkerDamaged(f"the marker {self.key} has {found.info.size} bytes")
                data = b"".join([piece async for piece in found.body])
        except ObjectNotFound:
            return None
        try:
            return msgspec.json.decode(data, type=Owner)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise MarkerDamaged(f"the marker {self.key} can't be read") from None

    async def is_ours(self) -> bool:
        """Whether the marker names this Perch, or the one that it replaced; claims nothing.

        Raises StorageError.
        """
        try:
            owner = await self.owner()
        except MarkerDamaged:
            return False
        me, found = await myself(self.name)
        return owner is not None and (owner.is_same(me) or owner.epoch == found.succeeds)

    async def take_over(self) -> Owner | None:
        """Make this Perch the owner; return the previous one. Only call this if a person asked for it."""
        before = None
        with suppress(MarkerDamaged):
            before = await self.owner()
        me, _ = await myself(self.name)
        await self.store.put(self.key, _body(me), content_type="application/json")
        self._known = None
        return before

    async def _ask(self) -> Standing:
        me, found = await myself(self.name)
        if found.is_rehearsal:
            return Standing.REHEARSAL
        try:
            owner = await self.owner()
        except MarkerDamaged as error:  # perhaps another's: nothing is removed until someone takes over
            log.error("%s", error)
            return Standing.GUEST
        if owner is None and await self._is_unknown():
            return Standing.GUEST
        if owner is None:
            data = msgspec.json.encode(me)
            if await self.store.create(self.key, data, content_type="application/json"):
                log.info("%s: now belongs to this Perch", self.folder)
                return Standing.OWNER
            owner = await self.owner()  # another process has just claimed it
        # The restore was interrupted before it handed the store over.
        if owner is not None and owner.epoch == found.succeeds:
            await self.take_over()
            return Standing.OWNER
        return Standing.OWNER if owner is not None and owner.is_same(me) else Standing.GUEST

    async def _is_unknown(self) -> bool:
        """Whether the folder has objects although the database knows of nothing of that kind."""
        (knows,) = await rows(self.knows)
        if knows["found"]:
            return False
        async for _ in self.store.list(variant(self.folder, "")):
            return True
        return False


async def has_succeeded() -> None:
    """Note that the stores of the replaced database are now this one's, so that none is taken over later."""
    await rows("UPDATE instance SET succeeds = NULL RETURNING id")


async def is_rehearsal() -> bool:
    """Whether this data was restored as a rehearsal, beside the Perch that it comes from."""
    (found,) = await rows(SELF)
    return bool(found["is_rehearsal"])


class Myself(NamedTuple):
    """Whether this Perch is a rehearsal, and the lineage of the database that it replaced."""

    is_rehearsal: bool
    succeeds: str | None


async def myself(name: str) -> tuple[Owner, Myself]:
    """The marker's contents for this Perch, and what else its database says of it."""
    (found,) = await rows(SELF)
    me = Owner(identity=found["identity"], epoch=found["lineage"], name=name, since=datetime.now(UTC))
    return me, Myself(found["is_rehearsal"], found["succeeds"])


async def _body(owner: Owner) -> AsyncIterator[bytes]:
    yield msgspec.json.encode(owner)
