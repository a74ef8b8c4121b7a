"""API keys and the tokens of invitations: how they are made and recognised.

A key is `perch_`, 43 base-62 digits of 256 random bits, and 6 digits of CRC-32 over what precedes them,
so that a mistyped key is refused without a query and a leaked one is found by secret scanners. A token is
made alike and has a prefix of its own. Only the SHA-256 of either is kept: with 256 random bits there is
nothing to guess, so no slow hash is needed, and no secret of the server takes part, so that a restored
database keeps every key valid.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from functools import lru_cache
from typing import Literal

# `account` is for what outlasts a key: other keys, links, the name, the archive, the end of the account. So a
# key without it that was given to a program can be revoked, and nothing of what it did stays.
Scope = Literal["read", "write", "account", "admin"]

# `archive` fetches the archive of one's data. Before there was `account`, keys that only read could do that,
# so keys of that time have it. No new key gets it.
HeldScope = Literal["read", "archive", "write", "account", "admin"]
HELD_SCOPES: tuple[HeldScope, ...] = ("read", "archive", "write", "account", "admin")

SCOPES: tuple[Scope, ...] = ("read", "write", "account", "admin")
MEMBER_SCOPES: tuple[Scope, ...] = ("read", "write", "account")

PREFIX = "perch_"
INVITATION = "perch_invite_"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BODY_LENGTH, CHECKSUM_LENGTH = 43, 6  # 62**43 > 2**256, 62**6 > 2**32
SHAPE = re.compile(rf"[0-9A-Za-z]{{{BODY_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII)

# Longer than any key that we, or the first implementation, ever made.
MAX_LENGTH = 200


def generate(prefix: str = PREFIX) -> str:
    """A new key or token. It is shown to its user once and kept nowhere."""
    body = prefix + _base62(secrets.randbits(256), BODY_LENGTH)
    return body + _checksum(body)


@lru_cache(maxsize=2_000)  # the same keys are shown again and again, and a hash takes a microsecond
def digest(key: str) -> bytes:
    """What is stored of a key or token, and looked up."""
    return hashlib.sha256(key.encode()).digest()


def is_plausible(key: str) -> bool:
    """Whether it is worth a look-up: false for what carries our prefix and a wrong checksum.

    Keys without the prefix are plausible: the demo keys, and those taken over from elsewhere.
    """
    if not key or len(key) > MAX_LENGTH or not key.isascii() or not key.isprintable():
        return False
    if not key.startswith(PREFIX):
        return True
    return is_well_formed(key, PREFIX)


def is_well_formed(text: str, prefix: str) -> bool:
    """Whether `generate` may have made it with this prefix: its shape and its checksum are right."""
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
