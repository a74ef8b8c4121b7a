"""API keys: how they are made and recognised.

A key is `perch_`, 43 base-62 digits of 256 random bits, and 6 digits of CRC-32 over what precedes them,
so that a mistyped key is refused without a query and a leaked one is found by secret scanners. Only its
SHA-256 is kept: with 256 random bits there is nothing to guess, so no slow hash is needed, and no secret
of the server takes part, so that a restored database keeps every key valid.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from typing import Literal

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "write", "admin")

PREFIX = "perch_"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BODY_LENGTH, CHECKSUM_LENGTH = 43, 6  # 62**43 > 2**256, 62**6 > 2**32
SHAPE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{BODY_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII)

# Longer than any key that we, or the first implementation, ever made.
MAX_LENGTH = 200


def generate() -> str:
    """A new key. It is shown to its user once and kept nowhere."""
    body = PREFIX + _base62(secrets.randbits(256), BODY_LENGTH)
    return body + _checksum(body)


def digest(key: str) -> bytes:
    """What is stored of a key, and looked up."""
    return hashlib.sha256(key.encode()).digest()


def is_plausible(key: str) -> bool:
    """Whether it is worth a look-up: false for what carries our prefix and a wrong checksum.

    Keys without the prefix are plausible: the demo keys, and those taken over from elsewhere.
    """
    if not key or len(key) > MAX_LENGTH or not key.isascii() or not key.isprintable():
        return False
    if not key.startswith(PREFIX):
        return True
    if not SHAPE.fullmatch(key):
        return False
    body, checksum = key[:-CHECKSUM_LENGTH], key[-CHECKSUM_LENGTH:]
    return secrets.compare_digest(_checksum(body), checksum)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
