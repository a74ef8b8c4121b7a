"""The pages that are written from the code are as the code is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.reference.pages import ROOT, pages


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_it_is_as_the_code_is(path: Path) -> None:
    assert path.read_text() == pages()[path], "make reference"


def test_the_manual_page_is_one() -> None:
    file = ROOT / "config/man/perch.1"
    command, plain = ["man", "--warnings", "-l", str(file)], {"PATH": "/usr/bin:/bin", "MANWIDTH": "80"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain)
    assert done.stderr == ""
    assert "perch dump verify" in done.stdout.replace("\n", " ")
