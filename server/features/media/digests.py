"""Whether the bytes of a picture that are read are those that were made."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

# Size in bytes, and SHA-256 in hexadecimal.
Digest = tuple[int, str]


class BytesDiffer(Exception):
    """What was read is not what was made."""


async def checked(body: AsyncIterator[bytes], expected: Digest | None) -> AsyncIterator[bytes]:
    """The body as it is. None expects any bytes, but for none.

    Raises:
        BytesDiffer: at its end, it was not what is expected.
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
