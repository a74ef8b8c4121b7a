"""The second copies of pictures, from an upload to a restore on a disk that has lost the pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import wait_for
from tests.whole.conftest import Perch, running
from tests.whole.test_owners import upload


def copies(up: Perch) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(up.command("status", "--json"))["copies"]
    return found


def test_lost_pictures_come_back_with_a_restore(tmp_path: Path) -> None:
    settings = {"BACKUP_MEDIA": "on", "BACKUP_DIR": str(tmp_path / "elsewhere")}
    with running(tmp_path, **settings) as up:
        urls = [upload(up) for _ in range(2)]
        wait_for(lambda: copies(up)["waiting"] == 0, "a copy of each picture", seconds=90)
        assert "0 pictures waiting to be copied" in up.command("status")
        up.command("dump", "now")
        for file in (tmp_path / "data" / "objects" / "tweets_media").iterdir():
            file.unlink()
        assert httpx.get(up.url + urls[0]).status_code >= 400
        restored = json.loads(up.command("restore", "latest", "--force", "--json"))
        assert (len(restored["from_copies"]), restored["missing_pictures"]) == (4, [])
        assert [httpx.get(up.url + url).status_code for url in urls] == [200, 200]
