"""What each process reports to Sentry: its version, environment and current work, or only a sample."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.version import VERSION
from tests import servers
from tests.attacks.sentry import Sentry, sentry

# Starts as `server.main.start_process` does, then raises an unforeseen error.
FAILS = """
import logging, sys
from config import error_reports
from config import logging as lines
from config.settings import Settings
settings = Settings.load(None)
lines.configure_process(settings, sys.argv[1])
error_reports.start(settings, sys.argv[1])
lines.current_work.set("0123-00000007")
for _ in range(int(sys.argv[2])):
    try:
        raise ZeroDivisionError("what somebody wrote")
    except ZeroDivisionError:
        logging.getLogger("tasks.media").exception("a task failed over %s", "what somebody wrote")
if "sentry_sdk" in sys.modules:
    import sentry_sdk
    sentry_sdk.flush(10)
print("sentry_sdk" in sys.modules)
"""


def fail(process: str, times: int, folder: str, **settings: str) -> str:
    """Returns what the process prints: whether Sentry's library was loaded."""
    command = [sys.executable, "-c", FAILS, process, str(times)]
    environment = servers.environment(DATA_DIR=folder, MODE="PROD", **settings)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def dsn(there: Sentry) -> str:
    return f"http://key@127.0.0.1:{there.port}/7"


@pytest.mark.parametrize("process", ["web-1", "worker", "scheduler"])
def test_reports_name_the_process_and_contain_nothing_that_users_wrote(
    process: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with sentry() as there:
        assert fail(process, 1, str(tmp_path_factory.mktemp("data")), SENTRY_DSN=dsn(there)) == "True"
    (event,) = there.events
    assert event["release"] == f"perch@{VERSION}"
    assert (event["environment"], event["server_name"]) == ("prod", process)
    assert event["tags"] == {"work": "0123-00000007"}
    assert event["exception"]["values"][0]["type"] == "ZeroDivisionError"
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames
    assert all("abs_path" not in frame for frame in frames), "a folder may be called after whose it is"
    assert "what somebody wrote" not in "".join(there.envelopes)


def test_only_a_sample_of_errors_is_reported_if_configured(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = str(tmp_path_factory.mktemp("data"))
    with sentry() as there:
        fail("worker", 20, folder, SENTRY_DSN=dsn(there), SENTRY_SAMPLE_RATE="0")
    assert there.events == []


def test_without_a_dsn_the_sentry_library_is_not_loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert fail("worker", 1, str(tmp_path_factory.mktemp("data"))) == "False"
