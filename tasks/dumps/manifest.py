"""What is written about a dump beside it: the manifest, last of all, and later what a drill found.

Both are JSON, readable by people, with a checksum over themselves, so that a bit that flips in them is found
too.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal, TypeVar

import msgspec

from tasks.dumps.errors import DumpDamaged

DumpKind = Literal["hour", "day", "week"]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A dump that exists. Sizes in bytes, times in UTC, `sha256` of the stored bytes."""

    id: str
    kind: DumpKind
    slot: datetime
    key: str
    stored_bytes: int
    archive_bytes: int
    database_bytes: int
    sha256: str
    compression: Literal["zstd"] = "zstd"
    encryption: Literal["age"] | None = None
    recipient: str | None = None
    rows: dict[str, int]
    migrations: list[str]
    perch_version: str
    server_version: str
    client_version: int
    started_at: datetime
    seconds: float
    checksum: str = ""


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """What a drill found of a dump: `error` None where every table had its rows."""

    id: str
    drilled_at: datetime
    seconds: float
    rows: int
    source: Literal["stored", "stream"]
    read_back: bool
    error: str | None = None
    checksum: str = ""

    @property
    def is_proof(self) -> bool:
        """Whether the stored bytes were read back and the archive was restored."""
        return self.error is None and self.read_back


S = TypeVar("S", bound=Manifest | Drill)


def encode(record: S) -> bytes:
    """The record as it is stored, with its checksum."""
    checksum = hashlib.sha256(_rendered(record, "")).hexdigest()
    return _rendered(record, checksum)


def decode(data: bytes, kind: type[S]) -> S:
    """The record. Raises DumpDamaged where a single bit is not as it was."""
    try:
        record = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DumpDamaged(f"it cannot be read: {error}") from None
    if encode(record) != data:
        raise DumpDamaged("its checksum is not right")
    return record


def _rendered(record: S, checksum: str) -> bytes:
    filled = msgspec.structs.replace(record, checksum=checksum)
    return msgspec.json.format(msgspec.json.encode(filled), indent=2) + b"\n"
