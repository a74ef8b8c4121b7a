"""Puts an object that doesn't fit onto a disk of one megabyte, and prints what happened.

The test runs this inside its own namespaces (`unshare`), where any user may mount.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from storage.base import StorageUnavailable
from storage.local import LocalStore


async def main(root: Path) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b"x" * (1 << 19)

    store = LocalStore(root)
    await store.open()
    try:
        await store.put("key", body(), content_type="text/plain")
    except StorageUnavailable as error:
        left = [path.name for path in root.rglob("*") if path.is_file()]
        sys.stdout.write(f"{error}; left behind: {left}")


if __name__ == "__main__":
    disk = Path(sys.argv[1])
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    asyncio.run(main(disk))
