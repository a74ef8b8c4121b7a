"""The generated pages match the code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.reference.pages import ROOT, pages


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_the_generated_pages_match_the_code(path: Path) -> None:
    assert path.read_text() == pages()[path], "make reference"


def test_the_manual_page_is_valid() -> None:
    file = ROOT / "config/man/perch.1"
    command, plain = ["man", "--warnings", "-l", str(file)], {"PATH": "/usr/bin:/bin", "MANWIDTH": "80"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain)
    assert done.stderr == ""
    assert "perch dump verify" in done.stdout.replace("\n", " ")
