"""The records kept beside a dump: its manifest, which is written last, and later a restore test's result.

Both are JSON that people can read. A checksum of the text detects flipped bits. A signature with the server's
own key proves that this Perch wrote it, which a checksum cannot do: anyone can compute one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec

from server.core.security.keyring import Keyring
from server.operations.dumps.errors import DumpDamaged

DumpKind = Literal["hour", "day", "week"]

# Always with a time zone: times without one could not be compared.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a finished dump. Sizes are in bytes, times in UTC; `sha256` is of the stored bytes."""

    id: str
    kind: DumpKind
    slot: Moment
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
    started_at: Moment
    seconds: float
    signature: str = ""
    checksum: str = ""


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a dump's restore test; `error` is None if every table had its rows."""

    id: str
    drilled_at: Moment
    seconds: float
    rows: int
    source: Literal["stored", "stream"]
    read_back: bool
    error: str | None = None
    signature: str = ""
    checksum: str = ""

    @property
    def is_proof(self) -> bool:
        """Whether the stored bytes were read back and the archive was restored."""
        return self.error is None and self.read_back


# The placeholders for checksum and signature while they are computed.
UNSIGNED = b'"signature": ""'
UNSEALED = b'"checksum": ""'

S = TypeVar("S", bound=Manifest | Drill)


def encode(record: S, keyring: Keyring) -> bytes:
    """The record as it is stored: signed, then sealed with its checksum."""
    bare = msgspec.structs.replace(record, signature="", checksum="")
    text = msgspec.json.format(msgspec.json.encode(bare), indent=2)
    signed = filled(text, UNSIGNED, keyring.sign(text))
    return filled(signed, UNSEALED, checksum_of(signed)) + b"\n"


def decode(data: bytes, kind: type[S]) -> S:
    """Decode the record, whoever wrote it. Raises DumpDamaged if even a single bit has changed.

    The checksum covers the text, so that a later version with other fields can read what this one wrote.
    """
    try:
        record = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DumpDamaged(f"it can't be read: {error}") from None
    checksum = record.checksum.encode()
    bare = emptied(data, UNSEALED, checksum).removesuffix(b"\n")
    if checksum_of(bare) != checksum or filled(bare, UNSEALED, checksum) + b"\n" != data:
        raise DumpDamaged("its checksum is wrong")
    return record


def is_signed(data: bytes, record: Manifest | Drill, keyring: Keyring) -> bool:
    """Whether one of these keys signed the text that the record was read from."""
    if not record.signature:
        return False
    signature = record.signature.encode()
    signed = emptied(data, UNSEALED, record.checksum.encode()).removesuffix(b"\n")
    return keyring.has_signed(emptied(signed, UNSIGNED, signature), signature)


def checksum_of(text: bytes) -> bytes:
    """The checksum in the format of the record."""
    return hashlib.sha256(text).hexdigest().encode()


def filled(text: bytes, empty: bytes, value: bytes) -> bytes:
    """The text with the placeholder filled; no string contains `empty`, because JSON escapes its quotes."""
    return text.replace(empty, empty[:-1] + value + b'"')


def emptied(text: bytes, empty: bytes, value: bytes) -> bytes:
    """The text with the value replaced by its placeholder."""
    return text.replace(filled(empty, empty, value), empty)
