"""Two Perches on one bucket: the second removes nothing that belongs to the first."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg
import httpx
import pytest

from config.settings import Settings
from storage.s3 import S3Store
from tests import pictures, servers
from tests.whole.conftest import Perch, perch, running

pytestmark = pytest.mark.fault("owners")

KEY = {"api-key": "test"}

DAY = 24 * 3600


def upload(up: Perch) -> str:
    """Publish a tweet with a picture; returns the picture's address."""
    with httpx.Client(base_url=up.url, headers=KEY, timeout=30) as client:
        media = client.post("/api/medias", files={"file": ("a.jpg", pictures.jpeg())}).json()["media"]
        tweet = {"tweet_data": "a picture", "tweet_media_ids": [media["id"]]}
        posted = client.post("/api/tweets", json=tweet)
        assert posted.status_code == 201
        shown = client.get(f"/api/tweets/{posted.json()['tweet_id']}").json()["tweet"]
    return str(shown["media"][0]["url"])


def stored(bucket: S3Store) -> set[str]:
    """The keys in the bucket, without the markers."""

    async def keys() -> set[str]:
        await bucket.open()
        try:
            return {item.key async for item in bucket.list() if not item.key.startswith("perch-owners/")}
        finally:
            await bucket.close()

    return asyncio.run(keys())


def test_a_restore_beside_a_running_server_takes_nothing_from_it(
    tmp_path: Path, moto_url: str, measured: Callable[[str], None]
) -> None:
    bucket = servers.bucket(moto_url, "owners")
    asyncio.run(servers.make_bucket(bucket))
    shared = servers.settings_for(bucket)
    folders = {name: tmp_path / name for name in ("production", "rehearsal", "too_soon", "successor")}
    for folder in folders.values():
        folder.mkdir()

    def beside(name: str, *command: str, expect: int = 0) -> str:
        done = perch(folders[name], *command, DATA_DIR=str(folders[name] / "data"), **shared)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout if "--json" in command else done.stdout + done.stderr

    with running(folders["production"], **shared) as up:
        upload(up)
        up.command("dump", "now")
        later = [upload(up) for _ in range(3)]
        kit = str(tmp_path / "kit.txt")
        up.command("recovery-kit", kit)
        before = stored(S3Store(bucket))
        assert "can't become a rehearsal" in up.command(
            "restore", "latest", "--rehearse", "--force", expect=1
        )
        assert "this Perch" in up.command("owner", "show")

        # A rehearsal reads, and nothing else.
        for force in ([], ["--force"]):  # again, in the place of the first one
            said = beside("rehearsal", "restore", "latest", "--rehearse", "--kit", kit, *force)
            assert "This Perch is a rehearsal" in said
        beside("rehearsal", "reconcile")
        assert "rehearsal" in beside("rehearsal", "dump", "now", expect=1)
        assert "rehearsal" in beside("rehearsal", "owner", "take-over", "--yes", expect=1)
        with running(folders["rehearsal"], **shared) as other, httpx.Client(headers=KEY) as client:
            files = {"file": ("a.jpg", pictures.jpeg())}
            assert client.post(f"{other.url}/api/medias", files=files, timeout=30).status_code == 503
            (tweet,) = client.get(f"{other.url}/api/tweets").json()["tweets"]
            ready = client.get(f"{other.url}/health/ready").json()
            assert ready["reasons"] == ["this Perch is a rehearsal, which only reads the stores"]
            assert client.delete(f"{other.url}/api/tweets/{tweet['id']}").status_code == 200
        assert stored(S3Store(bucket)) == before

        # The command of the disaster, used beside production, asks first.
        take_over = "restore", "latest", "--kit", kit, "--take-over"
        said = beside("too_soon", *take_over, expect=1)
        assert "the pictures belong to Perch, since" in said
        assert "this needs confirmation" in said
        assert up.command("owner", "show").count("this Perch") == 2

        # Another one that was restored without a word of it removes nothing and makes no dumps.
        said = beside("successor", "restore", "latest", "--kit", kit)
        assert "belong to another Perch" in said
        assert "belongs to another Perch" in beside("successor", "dump", "now", expect=1)
        beside("successor", "reconcile")
        assert stored(S3Store(bucket)) == before
        assert all(httpx.get(up.url + url).status_code == 200 for url in later)

    # It takes over what the first one leaves, when somebody says so.
    assert "this needs confirmation" in beside("successor", "owner", "take-over", expect=1)
    assert json.loads(beside("successor", "owner", "take-over", "--yes", "--json"))["taken_over"] == [
        "pictures",
        "dumps",
    ]
    beside("successor", "dump", "now")
    assert "another Perch" in beside("production", "owner", "show")
    assert "belongs to another Perch" in beside("production", "dump", "now", expect=1)
    measured(f"{len(before)} objects in a bucket, a rehearsal and a restore beside it: all are left")


def test_a_week_later_production_has_lost_nothing(tmp_path: Path, measured: Callable[[str], None]) -> None:
    """A copy of an older dump finds newer pictures in its store, and lets their days of grace pass."""
    production, successor, kit = tmp_path / "production", tmp_path / "successor", str(tmp_path / "kit.txt")
    objects = production / "data" / "objects"
    backups = {"BACKUP_DIR": str(tmp_path / "backups")}
    for folder in (production, successor / "data"):
        folder.mkdir(parents=True, mode=0o700)
    (successor / "data" / "objects").symlink_to(objects)

    def beside(*command: str, expect: int = 0) -> None:
        done = perch(successor, *command, DATA_DIR=str(successor / "data"), **backups)
        assert done.returncode == expect, done.stdout + done.stderr

    def pictures_there() -> set[Path]:
        return {file for file in objects.rglob("*") if file.is_file() and "perch-owners" not in file.parts}

    def reconcile_for_weeks(*, found: Sequence[bool]) -> None:
        for is_found in found:
            for file in pictures_there():
                os.utime(file, (time.time() - 9 * DAY, time.time() - 9 * DAY))
            with servers.embedded_servers(successor / "data") as settings:
                asyncio.run(found_long_ago(settings))
            beside("reconcile", expect=1 if is_found else 0)

    with running(production, **backups) as up:
        first = upload(up)
        up.command("dump", "now")
        before = pictures_there()
        later = [upload(up) for _ in range(3)]
        up.command("recovery-kit", kit)
        everything = pictures_there()
        beside("restore", "latest", "--kit", kit)
        reconcile_for_weeks(found=[False, False])
        assert pictures_there() == everything
        assert all(httpx.get(up.url + url).status_code == 200 for url in (first, *later))
    # As the owner, it removes what it doesn't know: so it would have done the same before.
    beside("owner", "take-over", "--yes")
    reconcile_for_weeks(found=[True, False])
    assert before <= pictures_there() < everything
    assert len(pictures_there()) < len(everything) - 2
    measured(f"a week later, {len(everything)} files of pictures: all are left until it takes over")


async def found_long_ago(settings: Settings) -> None:
    """Let the unknown objects be known for longer than their days of grace."""
    connection = await asyncpg.connect(**settings.database.connect_arguments())
    await connection.execute("UPDATE unknown_objects SET found_at = found_at - interval '8 days'")
    await connection.close()


def test_a_restore_in_place_keeps_the_ownership_of_the_store(tmp_path: Path) -> None:
    """The old database was the owner; the one that replaces it is the same Perch."""
    with running(tmp_path) as up:
        upload(up)
        up.command("dump", "now")
        assert "another Perch" not in up.command("restore", "latest", "--force")
        assert up.command("owner", "show").count("this Perch") == 2
        up.command("dump", "now")
        assert asyncio.run(succeeds(up.folder)) is None


async def succeeds(folder: Path) -> str | None:
    """What the database of a running Perch may take over by itself."""
    connection = await asyncpg.connect(host=f"{folder}/data/run", user="perch", database="perch")
    found: str | None = await connection.fetchval("SELECT succeeds::text FROM instance")
    await connection.close()
    return found
