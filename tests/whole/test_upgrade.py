"""From the last version to this one and back, with data; each version runs its own code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import pictures, servers
from tests.waiting import wait_for
from tests.whole.conftest import is_ready, running

ROOT = Path(__file__).parents[2]

# Until the first release, a commit that people may have run; afterwards, the tag of the last release.
LAST = "6a608c0"

KEY = {"api-key": "test"}


@pytest.fixture(scope="module")
def last(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the last version."""
    packed = subprocess.run(["git", "archive", LAST], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"{LAST} is not in this clone")
    folder = tmp_path_factory.mktemp("last")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def command(last: Path, folder: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    """Run `perch …` of the last version."""
    run = "import sys; from server.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", run, *words],
        cwd=folder,
        env=servers.environment(PYTHONPATH=str(last), DATA_DIR=str(folder / "data"), **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@contextmanager
def last_running(last: Path, folder: Path) -> Iterator[str]:
    """Run `perch up` of the last version; yields its address."""
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    with command(last, folder, "up", PORT=str(port)) as process:
        try:
            wait_for(lambda: is_ready(url), "the last version serving", seconds=90)
            yield url
        finally:
            process.terminate()
            process.communicate(timeout=60)


def contents(url: str) -> list[str]:
    return [one["content"] for one in httpx.get(f"{url}/api/tweets", headers=KEY).json()["tweets"]]


def test_data_of_the_last_version_is_upgraded_and_a_dump_is_the_way_back(last: Path, tmp_path: Path) -> None:
    with last_running(last, tmp_path) as url:
        sent = {"file": ("hill.jpg", pictures.jpeg(640, 480))}
        picture = httpx.post(f"{url}/api/medias", headers=KEY, files=sent, timeout=30).json()
        body = {"tweet_data": "of the last version", "tweet_media_ids": [picture["media_id"]]}
        tweet = httpx.post(f"{url}/api/tweets", headers=KEY, json=body).json()["tweet_id"]
        assert httpx.post(f"{url}/api/tweets/{tweet}/likes", headers={"api-key": "test1"}).status_code == 200
        link, _ = command(last, tmp_path, "invite", "--json").communicate(timeout=60)
        token = json.loads(link)["token"]
        added, _ = command(last, tmp_path, "users", "add", "carol", "--json").communicate(timeout=60)
        key = json.loads(added)["key"]
        made, _ = command(last, tmp_path, "dump", "now", "--json").communicate(timeout=60)
        dump = json.loads(made)["dump"]

    with running(tmp_path) as perch:
        (found,) = httpx.get(f"{perch.url}/api/tweets", headers=KEY).json()["tweets"]
        assert (found["content"], found["likes_count"]) == ("of the last version", 1)
        shown = httpx.get(f"{perch.url}{found['attachments'][0]}")
        assert shown.headers["content-type"] == "image/jpeg"
        assert json.loads(perch.command("reconcile", "--json"))["tweets"] == 1
        assert "all applied" in perch.command("doctor")
        new = httpx.post(f"{perch.url}/api/tweets", headers=KEY, json={"tweet_data": "of this version"})
        assert new.status_code == 201
        assert contents(perch.url) == ["of this version", "of the last version"]
        # Links and keys go on as they were, the stores belong to this Perch, and old dumps aren't signed.
        assert httpx.get(f"{perch.url}/api/join/{token}").status_code == 200
        assert (
            "account"
            in httpx.get(f"{perch.url}/api/users/me", headers={"api-key": key}).json()["user"]["scopes"]
        )
        assert perch.command("owner", "show").count("this Perch") == 2
        perch.command("restore", dump, "--force", expect=1)

    restoring = command(last, tmp_path, "restore", dump, "--force", "--json")
    restoring.communicate(timeout=90)
    assert restoring.returncode == 0
    with last_running(last, tmp_path) as url:
        assert contents(url) == ["of the last version"]
        assert httpx.get(f"{url}{found['attachments'][0]}").status_code == 200
