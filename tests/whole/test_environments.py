"""The environment that Perch gives to the third-party programs that it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole.conftest import Perch


@pytest.mark.fault("secrets")
def test_third_party_programs_get_none_of_our_settings(four: Perch) -> None:
    others = {pid: command for pid, command in four.children().items() if "data/" in command}
    assert {"postgres", "valkey"} <= {
        name for name in ("postgres", "valkey") if any(name in c for c in others.values())
    }
    for pid, command in others.items():
        assert "DATA_DIR" not in Path(f"/proc/{pid}/environ").read_text(errors="replace"), command
