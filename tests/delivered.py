"""Perch as people install it: the packages that `make wheel` builds."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests import servers

ROOT = Path(__file__).parents[1]


def built(folder: Path) -> Path:
    """Build the wheel and the source package into the folder."""
    subprocess.run(
        [servers.PERCH.parent / "uv", "build", "--quiet", "--no-build-isolation", "--out-dir", folder],
        cwd=ROOT,
        env={**os.environ, "VIRTUAL_ENV": sys.prefix},
        check=True,
    )
    return folder


def unpacked(packages: Path, folder: Path) -> Path:
    """Unpack the wheel, so that its modules are found there with PYTHONPATH."""
    (wheel,) = packages.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder
