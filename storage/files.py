"""Local files as bodies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from storage.base import CHUNK


async def chunks_of(path: Path) -> AsyncIterator[bytes]:
    """The contents of the file at this path, in pieces."""
    with path.open("rb") as file:
        async for chunk in chunks(file):
            yield chunk


async def chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """The contents of an open file from its current position on, in pieces."""
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk
