"""Signed URLs of pictures that no tweet shows yet: anyone who has the URL can see the picture, for a day.

The signature is an HMAC with the database's secret over the picture and the expiry: nobody else can make one,
postpone its expiry, or use it for another picture. It covers all variants.
"""

from __future__ import annotations

import hashlib
import hmac

# How many of the 64 digits are used: these are 128 bits, too many to guess.
LENGTH = 32


def sign(key: bytes, token: str, until: int) -> str:
    """The signature for a picture's URL that expires at `until`, in seconds of Unix time."""
    return hmac.new(key, f"picture {token} until {until}".encode(), hashlib.sha256).hexdigest()[:LENGTH]


def is_signed(key: bytes, token: str, until: str, signature: str, *, now: float) -> bool:
    """Whether the signature is ours and has not expired."""
    if not (until.isascii() and until.isdigit() and len(until) < 19 and now < int(until)):
        return False
    return hmac.compare_digest(sign(key, token, int(until)).encode(), signature.encode())
