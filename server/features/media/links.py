"""Signatures in addresses of pictures that no tweet shows yet: whoever was given one may look, for a day.

An HMAC with the secret of the database, over the picture and the end: nobody else can make one, put off its
end, or use it for another picture. It covers both variants.
"""

from __future__ import annotations

import hashlib
import hmac

# Of the 64 digits: 128 bits, which nobody finds by trying.
LENGTH = 32


def sign(key: bytes, token: str, until: int) -> str:
    """The signature for a picture's address, which ends at this second of Unix time."""
    return hmac.new(key, f"picture {token} until {until}".encode(), hashlib.sha256).hexdigest()[:LENGTH]


def is_signed(key: bytes, token: str, until: str, signature: str, *, now: float) -> bool:
    """Whether the signature is ours and has not ended."""
    if not (until.isascii() and until.isdigit() and len(until) < 19 and now < int(until)):
        return False
    return hmac.compare_digest(sign(key, token, int(until)).encode(), signature.encode())
