"""Signatures with the server's own keys: Ed25519 (RFC 8032), from the library `cryptography`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

# Signed together with each text, as its prefix, so that a signature can't be taken for one of anything else.
CONTEXT = b"perch record of a dump 1\n"


class Keyring:
    """Keys of 32 random bytes each. The first one signs; any of them can verify what it signed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = list(keys)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def sign(self, text: bytes) -> bytes:
        """Sign the text with the first key; return the signature in base64."""
        return base64.b64encode(_private(self._keys[0]).sign(CONTEXT + text))

    def has_signed(self, text: bytes, signature: bytes) -> bool:
        """Whether one of the keys made this signature (in base64) of this text."""
        from cryptography.exceptions import InvalidSignature

        try:
            raw = base64.b64decode(signature, validate=True)
        except binascii.Error:
            return False
        for key in self._keys:
            try:
                _private(key).public_key().verify(raw, CONTEXT + text)
            except InvalidSignature:
                continue
            return True
        return False


def _private(key: bytes):  # type: ignore[no-untyped-def]  # imported when it is needed: 6 MB
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key)
