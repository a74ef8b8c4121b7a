"""The marker that says whose a store is."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.operations.ownership import LARGEST_MARKER, MarkerDamaged, Ownership
from storage.local import LocalStore


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 8000, b"x" * (LARGEST_MARKER + 1)])
async def test_whatever_is_no_marker_counts_as_damaged(tmp_path: Path, content: bytes) -> None:
    ownership = Ownership(LocalStore(tmp_path), "media", "Perch")
    await ownership.store.open()
    file = tmp_path / ownership.key
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(MarkerDamaged, match="the marker"):
        await ownership.owner()
