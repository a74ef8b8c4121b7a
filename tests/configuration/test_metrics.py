"""The processes of a machine share their metrics with each other."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import metrics, metrics_port
from config.metrics import Machine
from tests import servers
from tests.waiting import wait_for

TELLS = """
import sys, time
from pathlib import Path
from prometheus_client import Counter
from config import metrics, metrics_port
counter = Counter("things", "Things.", labelnames=("kind",), registry=metrics.REGISTRY)
counter.labels("round").inc(int(sys.argv[2]))
metrics.answer(Path(sys.argv[1]), "web")
print("tells", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that reports three things."""
    with telling(folder, 3) as process:
        yield process
        process.kill()


def telling(folder: Path, count: int) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", TELLS, str(folder), str(count)], stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "tells\n"
    return started


def told(folder: Path) -> dict[str, float]:
    """The number of things, by the process that reports them."""
    return {
        sample.labels["process"]: sample.value
        for metric in Machine(folder).collect()
        for sample in metric.samples
        if sample.name == "things_total"
    }


def test_each_process_reports_under_a_distinct_name(folder: Path, process: subprocess.Popen[str]) -> None:
    with telling(folder, 5) as other:
        assert told(folder) == {"web": 3, "web-2": 5}
        other.kill()


def test_metrics_of_a_dead_process_vanish_and_its_name_is_free_again(
    folder: Path, process: subprocess.Popen[str]
) -> None:
    process.kill()
    process.wait()
    assert told(folder) == {}
    assert list(folder.iterdir()) == []
    with telling(folder, 7) as next_one:
        assert told(folder) == {"web": 7}
        next_one.kill()


def test_a_process_that_hangs_is_left_out(
    folder: Path, process: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "PATIENCE", 0.2)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(folder / "worker.stats"))
        hanging.listen()
        assert told(folder) == {"web": 3}


def test_the_metrics_page_has_the_format_that_the_client_accepts(
    folder: Path, process: subprocess.Popen[str]
) -> None:
    page, content_type = Machine(folder).exposed("")
    assert content_type.startswith("text/plain")
    assert b'things_total{kind="round",process="web"} 3.0' in page
    page, content_type = Machine(folder).exposed("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert page.endswith(b"# EOF\n")


@pytest.fixture
def port(
    folder: Path,
    process: subprocess.Popen[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> int:
    """The port where the machine's metrics are served; another program occupies it first."""
    port = servers.free_port()
    with socket.create_server(("127.0.0.1", port)):
        arguments = (folder, "127.0.0.1", port)
        monkeypatch.setattr(metrics_port, "TRY_EVERY", 0.05)
        threading.Thread(target=metrics_port.serve, args=arguments, daemon=True).start()
        wait_for(lambda: "can't listen on" in caplog.text, "the complaint")
    wait_for(lambda: servers.answers(f"http://127.0.0.1:{port}/metrics"), "the port", seconds=15)
    return port


def test_the_port_serves_all_metrics_as_soon_as_it_is_free(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert b'things_total{kind="round",process="web"} 3.0' in answer.read()


def test_an_occupied_port_is_reported_once(
    folder: Path,
    process: subprocess.Popen[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics_port, "TRY_EVERY", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as other:
        arguments = (folder, "127.0.0.1", other.getsockname()[1])
        threading.Thread(target=metrics_port.serve, args=arguments, daemon=True).start()
        wait_for(lambda: "METRICS_PORT: can't listen on" in caplog.text, "the word")


@pytest.mark.parametrize("accept", ["*/*", "application/openmetrics-text; version=zzz"])
def test_every_path_on_the_metrics_port_is_answered(port: int, accept: str) -> None:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/?name[]=x", headers={"accept": accept})
    with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
        assert answer.status == 200
        assert "Python" not in answer.headers["server"]


@pytest.mark.whole
def test_a_silent_client_on_the_metrics_port_delays_nobody(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = threading.active_count()
    with contextlib.ExitStack() as silent:
        for _ in range(50):
            silent.enter_context(socket.create_connection(("127.0.0.1", port)))
        wait_for(lambda: threading.active_count() > before, "somebody being listened to")
        assert threading.active_count() <= before + metrics_port.AT_ONCE
        wait_for(lambda: servers.answers(f"http://127.0.0.1:{port}/"), "an answer", seconds=10)
