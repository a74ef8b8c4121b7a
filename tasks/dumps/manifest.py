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


# What stands in the place of the checksum while it is made.
SEAL = b'"checksum": ""'

S = TypeVar("S", bound=Manifest | Drill)


def encode(record: S) -> bytes:
    """The record as it is stored, with its checksum."""
    bare = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(record, checksum="")), indent=2)
    return sealed(bare, hashlib.sha256(bare).hexdigest().encode()) + b"\n"


def decode(data: bytes, kind: type[S]) -> S:
    """The record. Raises DumpDamaged where a single bit is not as it was.

    The checksum is over the text, so that a later version with other fields reads what this one wrote.
    """
    try:
        record = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DumpDamaged(f"it cannot be read: {error}") from None
    checksum = record.checksum.encode()
    bare = data.replace(sealed(SEAL, checksum), SEAL).removesuffix(b"\n")
    if hashlib.sha256(bare).hexdigest().encode() != checksum or sealed(bare, checksum) + b"\n" != data:
        raise DumpDamaged("its checksum is not right")
    return record


def sealed(bare: bytes, checksum: bytes) -> bytes:
    """The text with the checksum over what it is without."""
    return bare.replace(SEAL, SEAL[:-1] + checksum + b'"')
