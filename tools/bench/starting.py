"""How long `perch up` takes: a second start, a first start, and a new clone including installation."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests import servers
from tests.whole.conftest import is_ready
from tools.bench.load import BenchFailed
from tools.bench.row import Row
from tools.bench.stage import ROOT, Stage
from tools.measuring.figures import median, number

SECOND, FIRST, FRESH = 5, 15, 120

PATIENCE = 600


def starts(stage: Stage) -> list[Row]:
    """Start on new data each time, then again on the same data."""
    first, second = [], []
    for _ in range(stage.rounds):
        with tempfile.TemporaryDirectory() as name:
            first.append(start([str(servers.PERCH), "up"], Path(name)))
            second.append(start([str(servers.PERCH), "up"], Path(name)))
    return [
        row("`perch up`, second start", second, SECOND),
        row("first start, packages installed", first, FIRST),
    ]


def fresh_clone(stage: Stage) -> list[Row]:
    """`make run` in an empty clone. Packages come from where pip finds them, including its cache."""
    what, against = "first start from a fresh clone, installs included", ""
    if not stage.fresh:
        return [Row(what, against, f"<= {FRESH} s until ready", "not measured: --fresh", None)]
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        stage.say("make run in a fresh clone")
        took = start(["make", "run"], clone)
    return [row(what, [took], FRESH)]


def row(what: str, took: Sequence[float], limit: float) -> Row:
    """The median time until everything answers."""
    middle = median(took)
    return Row(what, "", f"<= {limit:g} s until ready", f"{number(middle)} s", middle <= limit)


def start(command: Sequence[str], folder: Path) -> float:
    """Seconds until `/health/ready` is positive; then stop it again."""
    port = servers.free_port()
    settings = {"PORT": str(port), "DATA_DIR": str(folder / "data"), "DEMO_KEYS": "off"}
    log = folder / "start.log"
    with log.open("w") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=servers.environment(**settings, **forwarded()),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not is_ready(f"http://127.0.0.1:{port}"):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise BenchFailed(f"{' '.join(command)}: {log.read_text()[-600:]}")
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def forwarded() -> Mapping[str, str]:
    """The environment variables that tell pip where its packages are."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP"))}
