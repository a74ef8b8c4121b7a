"""What `make wheel` puts into the packages."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from config.version import VERSION
from server.api.http.client_files import ClientFiles
from tests import delivered
from tests.delivered import ROOT

PACKAGES = ("config", "server", "storage", "tasks", "static")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return delivered.built(tmp_path_factory.mktemp("dist"))


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


def test_both_packages_contain_the_bundled_client_with_its_licences(built: Path, tmp_path: Path) -> None:
    with tarfile.open(built / f"perch_microblog-{VERSION}.tar.gz") as source:
        sent = {name.partition("/")[2] for name in source.getnames()}
    static = delivered.unpacked(built, tmp_path) / "static"
    bundle = {f"static/{path.relative_to(static).as_posix()}" for path in (static / "bundle").rglob("*.*")}
    assert bundle <= sent
    licences = (static / "bundle" / "LICENSES.txt").read_text()
    for package in json.loads((static / "vendor" / "vendor.json").read_text())["packages"]:
        assert f"{package['name']} {package['version']}" in licences


def test_the_bundle_is_served_small_and_compressed(built: Path, tmp_path: Path) -> None:
    static = delivered.unpacked(built, tmp_path) / "static"
    client = ClientFiles.load(static)
    page = client.page.body.decode()
    first = re.findall(rf'modulepreload" href="/static/{client.version}/([^"]+)"', page)
    assert sum(len(client.files[name].brotli or b"") for name in first) <= 50_000
    assert len(client.page.gzipped or b"") <= 4_000
    assert "importmap" not in page
    assert "sha256-" not in client.policy
    assert "core/router.js" not in client.files
    for name, file in client.files.items():
        if name.endswith((".js", ".css")):
            assert file.brotli is not None
            for needed in re.findall(r"""(?:from|import)\(?["'`]\./([\w.-]+\.js)["'`]""", file.body.decode()):
                assert needed in client.files, (name, needed)
