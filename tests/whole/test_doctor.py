"""`perch doctor`: what it considers wrong, and what it only warns about."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from server.cli import doctor
from tests.whole.conftest import Perch, perch


def test_doctor_complains_about_a_world_readable_env_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MODE=PROD\n")
    for mode, minds in ((0o644, True), (0o640, False)):
        file.chmod(mode)
        assert ("every user of this machine can read .env" in perch(tmp_path, "doctor").stdout) is minds


def test_doctor_makes_nothing_in_the_wrong_folder(tmp_path: Path) -> None:
    done = perch(tmp_path, "doctor")
    assert f"DATA_DIR {tmp_path / 'data'} doesn't exist; run this in the folder of your .env" in done.stdout
    assert not (tmp_path / "data").exists()


def test_doctor_explains_old_setting_names(tmp_path: Path) -> None:
    done = perch(tmp_path, "doctor", DOCKER_REDIS="127.0.0.1", DOCKER_REDIS_PORT="1")
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if line.startswith("failed")]
    assert line.startswith("failed   redis")
    assert "; DOCKER_REDIS in the settings name servers in containers. Start these" in line


def test_doctor_mentions_proxies_if_one_is_likely() -> None:
    def said(url: str) -> bool:
        settings = Settings(_env_file=None, public_url=url, port=8000)  # type: ignore[call-arg]
        return any("clients' addresses" in found.detail for found in doctor.look_at_settings(settings))

    assert said("https://perch.example")
    assert not said("http://192.168.1.20:8000")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"host": "0.0.0.0", "proxies_count": 1}, "TRUSTED_PROXIES isn't set"),
        ({"host": "0.0.0.0", "proxies_count": 1, "trusted_proxies": "10.0.0.0/8"}, None),
        ({"metrics_port": 9100, "metrics_host": "0.0.0.0"}, "METRICS_PORT"),
        ({"metrics_port": 9100}, None),
        ({"cors_origins": "*"}, "CORS_ORIGINS is *"),
        ({"cors_origins": "https://example.org"}, None),
        ({"backup_storage": "s3"}, "DUMP_AGE_RECIPIENT"),
    ],
)
def test_doctor_warns_about_settings_that_allow_others_too_much(
    chosen: dict[str, Any], words: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    settings = Settings(_env_file=None).model_copy(update=chosen)  # type: ignore[call-arg]
    said = list(doctor.unwise(settings))
    assert [(words or "nothing") in one for one in said] == ([True] if words else [])


def test_doctor_warns_about_running_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert any("as root" in one for one in doctor.unwise(settings))


def test_doctor_warns_about_pictures_on_the_disk_that_a_bucket_lacks(tmp_path: Path) -> None:
    def said(**chosen: str) -> bool:
        settings = Settings(_env_file=None, data_dir=tmp_path, **chosen)  # type: ignore[call-arg, arg-type]
        return any(
            "looks for pictures in the bucket only" in one.detail for one in doctor.look_at_folder(settings)
        )

    bucket = {
        "s3_url": "https://s3.example.org",
        "s3_bucket_name": "perch",
        "s3_access_key": "one",
        "s3_secret_key": "two",
    }
    folder = tmp_path / "objects" / ".aside"
    folder.mkdir(parents=True)
    assert not said(**bucket)
    (folder.parent / "abc.webp").write_bytes(b"a picture")
    assert said(**bucket)
    assert not said(**bucket, storage="local")
    assert not said()


def test_doctor_finds_a_healthy_server_healthy(four: Perch) -> None:
    found = {row["part"]: row for row in json.loads(four.command("doctor", "--json"))}
    assert {name for name, row in found.items() if row["verdict"] == "failed"} == set()
    servers = {"database", "migrations", "dumps", "kit", "redis", "storage", "backups", "manifests"}
    assert found.keys() == {"settings", "data", "disks", *servers, "pictures", "walls"}
    assert "landlock: version" in found["walls"]["detail"]


def test_doctor_reports_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TWEET_MAXLENGTH=5\nDOCKER_CELERY=celery\n")
    (tmp_path / "data").mkdir(mode=0o755)
    done = perch(
        tmp_path,
        "doctor",
        "--json",
        HOST="0.0.0.0",
        DEMO_KEYS="on",
        DATABASE_URL="postgresql://perch:topsecret@127.0.0.1:1/perch",
        REDIS_URL="redis://:topsecret@127.0.0.1:1/0",
    )
    assert done.returncode == 1
    rows = json.loads(done.stdout)
    failed = {row["part"] for row in rows if row["verdict"] == "failed"}
    assert failed == {"database", "migrations", "dumps", "redis"}
    assert "TWEET_MAXLENGTH" in done.stdout
    assert "the public demo keys" in done.stdout
    assert f"chmod 700 {tmp_path / 'data'}" in done.stdout
    assert "topsecret" not in done.stdout + done.stderr
