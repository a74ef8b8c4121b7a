"""Checks that the bytes read for a picture are the bytes that were stored for it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

# Size in bytes, and SHA-256 in hexadecimal.
Digest = tuple[int, str]


class BytesDiffer(Exception):
    """The bytes read are not those that were made."""


async def checked(body: AsyncIterator[bytes], expected: Digest | None) -> AsyncIterator[bytes]:
    """Yield the body unchanged while checking it. None accepts any bytes, but not an empty body.

    Raises:
        BytesDiffer: the body, once it was read to its end, is not what was expected.
    """
    digest, size = hashlib.sha256(), 0
    async for piece in body:
        digest.update(piece)
        size += len(piece)
        yield piece
    if not size:
        raise BytesDiffer("it is empty")
    if expected is not None and (size, digest.hexdigest()) != tuple(expected):
        raise BytesDiffer("its bytes differ from those that were made")
