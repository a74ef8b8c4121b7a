"""The command `perch import first` as an operator runs it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database.connection import rows
from server.importing.files import FilesInFolder
from tests.callers import Caller, register
from tests.whole.conftest import perch, running

pytestmark = pytest.mark.whole


def imported(
    settings: Settings, folder: Path, address: DatabaseAddress, *options: str, **more: str
) -> subprocess.CompletedProcess[str]:
    found: subprocess.CompletedProcess[str] = perch(
        folder,
        *("import", "first", "--database-url", f"postgresql://perch@/{address.database}?host={address.host}"),
        *options,
        **{
            "MODE": "PROD",
            "DATA_DIR": str(settings.data_folder),
            "DATABASE_URL": f"postgresql://perch@/perch?host={settings.database.host}",
            "REDIS_URL": settings.redis.url,
            "MEDIA_MAX_BYTES": "65536",
            **more,
        },
    )
    return found


def test_the_command_says_what_was_imported_and_why_the_rest_was_not(
    settings: Settings, ugly: DatabaseAddress, files: FilesInFolder, tmp_path: Path
) -> None:
    done = imported(settings, tmp_path, ugly, "--media-folder", str(files.folder))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split() for line in lines[:3]] == [
        ["table", "found", "taken", "over", "told", "of"],
        ["users", "17", "15", "6"],
        ["keys", "13", "5", "10"],
    ]
    assert "keys: the key is publicly known: 1; 2" in lines
    assert "tweets: its author is missing: 6; 7" in lines
    assert "medias: the file is missing: tweet 10, picture 4" in lines
    assert lines[-1].startswith("first at ")
    assert "has been imported; finished at" in lines[-1]


async def test_json_output_lists_each_exception_and_no_key(
    settings: Settings, ugly: DatabaseAddress, files: FilesInFolder, tmp_path: Path
) -> None:
    options = ["--media-folder", str(files.folder), "--timezone", "Europe/Moscow", "--json"]
    rehearsed = imported(settings, tmp_path, ugly, *options, "--dry-run")
    said: dict[str, Any] = json.loads(rehearsed.stdout)
    assert (said["dry_run"], said["finished_at"]) == (True, None)
    assert await rows("SELECT 1 FROM users") == []
    done = imported(settings, tmp_path, ugly, *options)
    account = json.loads(done.stdout)
    assert account["tables"]["tweets"] == {"found": 12, "taken": 8}
    assert {"table": "tweets", "id": "6", "reason": "its author is missing"} in account["exceptions"]
    assert sum(account["pictures"].values()) == 3
    assert account["finished_at"] > account["began_at"]
    assert not any(key in done.stdout for key in ("five-key", "shared", "k14", "perch_x"))
    again = imported(settings, tmp_path, ugly, *options)
    assert json.loads(again.stdout)["exceptions"] == account["exceptions"]


async def test_a_running_perch_shows_what_the_command_imported(
    settings: Settings, ugly: DatabaseAddress, anybody: Caller, tmp_path: Path
) -> None:
    await rows("SELECT setval('users_id_seq', 1000)")
    reader = await register(anybody.send, "alice")
    assert await reader.timeline() == []
    done = await asyncio.to_thread(imported, settings, tmp_path, ugly, "--without-pictures")
    assert done.returncode == 0
    assert len(await reader.timeline()) == 8


def test_import_into_a_stopped_perch_that_is_started_afterwards(
    ugly: DatabaseAddress, files: FilesInFolder, tmp_path: Path
) -> None:
    """Its own PostgreSQL is started for the command; nobody queues the pictures meanwhile."""
    own = {"MODE": "PROD", "DATA_DIR": str(tmp_path / "data"), "MEDIA_MAX_BYTES": "65536"}
    url = f"postgresql://perch@/{ugly.database}?host={ugly.host}"
    done = perch(
        tmp_path, "import", "first", "--database-url", url, "--media-folder", str(files.folder), **own
    )
    assert done.returncode == 0
    assert "pictures of tweets: 3 pending" in done.stdout
    assert done.stderr == ""
    with running(tmp_path, **own) as up:
        found = httpx.get(f"{up.url}/api/tweets/1", headers={"api-key": "k4"}).json()
        assert found["tweet"]["author"]["handle"] == "ivan"
        assert len(found["tweet"]["attachments"]) == 2
        assert httpx.get(f"{up.url}/api/users/me", headers={"api-key": "test"}).status_code == 401


async def test_imported_demo_keys_work_only_in_demo_mode(
    settings: Settings, ugly: DatabaseAddress, tmp_path: Path
) -> None:
    done = imported(settings, tmp_path, ugly, "--without-pictures", MODE="DEV")
    assert done.returncode == 0
    assert [user["id"] for user in await rows("SELECT id FROM users WHERE demo ORDER BY id")] == [1, 2]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "give exactly one of --media-folder"),
        (["--without-pictures", "--media-folder", "."], "give exactly one of --media-folder"),
        (["--s3-url", "http://s3"], "must be given together"),
        (["--s3-url", "s3", "--s3-bucket", "old"], "--s3-url must be an address"),
        (["--without-pictures", "--timezone", "Mars/Olympus"], "must be the name of a time zone"),
        (["--without-pictures", "--timezone", "../etc"], "must be the name of a time zone"),
        (["--without-pictures", "--database-url", "mysql://x/y"], "must start with postgresql://"),
    ],
)
def test_a_wrong_option_is_reported(
    settings: Settings, ugly: DatabaseAddress, tmp_path: Path, options: list[str], reason: str
) -> None:
    done = imported(settings, tmp_path, ugly, *options)
    assert done.returncode == 2
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ["--without-pictures", "--database-url", "postgresql://bob:hunter2@127.0.0.1:1/old"],
            "perch: the old database old at 127.0.0.1:1 can't be read: ",
        ),
        (
            ["--s3-url", "http://127.0.0.1:1", "--s3-bucket", "old"],
            "perch: --s3-url needs the settings S3_ACCESS_KEY and S3_SECRET_KEY",
        ),
    ],
)
def test_an_obstacle_is_reported_in_one_line(
    settings: Settings, ugly: DatabaseAddress, tmp_path: Path, options: list[str], reason: str
) -> None:
    done = imported(settings, tmp_path, ugly, *options)
    assert done.returncode == 1
    assert done.stderr.startswith(reason)
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr
