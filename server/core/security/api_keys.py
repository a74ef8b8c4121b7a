"""API keys and invitation tokens: how they are made and recognised.

A key is `perch_`, 43 base-62 digits of 256 random bits, and 6 digits of CRC-32 over what precedes them,
so that a mistyped key is refused without a query and secret scanners can find a leaked one. A token is made
the same way, with another prefix. We store only the SHA-256 of each: 256 random bits can't be guessed, so
no slow hash is needed. No secret of the server is involved, so every key stays valid in a restored database.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from functools import lru_cache
from typing import Literal

# `account` is for what outlasts a key: other keys, links, the name, the archive, deleting the account. So
# when a key without it, given to a program, is revoked, nothing that it did outlasts it.
Scope = Literal["read", "write", "account", "admin"]

# `archive` lets a key download the archive of its user's data. Before `account` existed, read-only keys could
# do that, so keys from that time have this scope. No new key gets it.
HeldScope = Literal["read", "archive", "write", "account", "admin"]
HELD_SCOPES: tuple[HeldScope, ...] = ("read", "archive", "write", "account", "admin")

SCOPES: tuple[Scope, ...] = ("read", "write", "account", "admin")
MEMBER_SCOPES: tuple[Scope, ...] = ("read", "write", "account")

PREFIX = "perch_"
INVITATION = "perch_invite_"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BODY_LENGTH, CHECKSUM_LENGTH = 43, 6  # 62**43 > 2**256, 62**6 > 2**32
SHAPE = re.compile(rf"[0-9A-Za-z]{{{BODY_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII)

# Longer than any key ever made by us or by the first implementation.
MAX_LENGTH = 200


def generate(prefix: str = PREFIX) -> str:
    """Make a new key or token. It is shown to its user once and stored nowhere."""
    body = prefix + _base62(secrets.randbits(256), BODY_LENGTH)
    return body + _checksum(body)


@lru_cache(maxsize=2_000)  # the same keys are used again and again, and a hash takes a microsecond
def digest(key: str) -> bytes:
    """The hash by which a key or token is stored and looked up."""
    return hashlib.sha256(key.encode()).digest()


def is_plausible(key: str) -> bool:
    """Whether a key is worth a lookup: not if it has our prefix but a wrong checksum.

    Keys without the prefix are plausible: the demo keys, and keys imported from elsewhere.
    """
    if not key or len(key) > MAX_LENGTH or not key.isascii() or not key.isprintable():
        return False
    if not key.startswith(PREFIX):
        return True
    return is_well_formed(key, PREFIX)


def is_well_formed(text: str, prefix: str) -> bool:
    """Whether `generate` may have made this with the prefix: its form and checksum are right."""
    if not text.startswith(prefix) or not SHAPE.fullmatch(text, len(prefix)):
        return False
    body, checksum = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    return secrets.compare_digest(_checksum(body), checksum)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
