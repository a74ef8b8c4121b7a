"""How long `make test` takes: a given figure, or measured on request, because it takes minutes."""

from __future__ import annotations

import subprocess
import time

from tools.bench.load import BenchFailed
from tools.bench.row import Row
from tools.bench.stage import ROOT, Stage

MINUTES = 5


def make_test(stage: Stage) -> list[Row]:
    """The row, if there is a figure for it."""
    seconds, how = stage.tests_took, "as given"
    if stage.with_tests:
        seconds, how = measured(), "in this run"
    what, target = "`make test`", f"<= {MINUTES} min on 2 cores"
    if seconds is None:
        return [Row(what, "", target, "not measured: --with-tests, or --tests-took SECONDS", None)]
    return [Row(what, "", target, f"{seconds / 60:.1f} min, {how}", seconds <= MINUTES * 60)]


def measured() -> float:
    """The seconds that a passing run of the tests takes."""
    began = time.monotonic()
    done = subprocess.run(["make", "test"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchFailed(f"make test: {done.stdout[-600:]}")
    return time.monotonic() - began
