"""A short soak test, so that the long one keeps working."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tools.soak import site
from tools.soak.run import SETTINGS, soak

# Redis faults are left out: a picture whose message is lost waits for minutes.
QUICKLY_OVER = ("web_dies", "database_refuses", "backends_end")


@pytest.mark.whole
def test_a_short_soak_with_faults_loses_and_leaks_nothing(tmp_path: Path) -> None:
    with site.running(tmp_path, **SETTINGS) as running:
        report = asyncio.run(soak(running, seconds=7, fault_every=3, seed=5, only=QUICKLY_OVER))
    assert report.broken == []
    assert report.faults
    assert report.tweets > 10
