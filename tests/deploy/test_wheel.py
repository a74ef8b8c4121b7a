"""What `make wheel` puts into the packages."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from config.version import VERSION
from tests import servers

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "server", "storage", "tasks", "static")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [servers.PERCH.parent / "uv", "build", "--quiet", "--no-build-isolation", "--out-dir", folder],
        cwd=ROOT,
        env={**os.environ, "VIRTUAL_ENV": sys.prefix},
        check=True,
    )
    return folder


def kept() -> set[str]:
    """The files of the packages in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.split() if (ROOT / name).exists()}


def test_the_wheel_holds_every_file_and_the_command(built: Path) -> None:
    with zipfile.ZipFile(built / f"perch_microblog-{VERSION}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        assert kept() <= names
        assert not [name for name in names if name.startswith("tests/") or "__pycache__" in name]
        points = wheel.read(f"perch_microblog-{VERSION}.dist-info/entry_points.txt").decode()
    assert "perch = server.cli:main" in points


def test_the_source_package_holds_every_file_too(built: Path) -> None:
    prefix = f"perch_microblog-{VERSION}/"
    with tarfile.open(built / f"perch_microblog-{VERSION}.tar.gz") as source:
        names = {name.removeprefix(prefix) for name in source.getnames()}
    assert kept() | {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml"} <= names
