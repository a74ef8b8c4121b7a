"""The lock on a data folder, while another process holds it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.processes import lock

HOLD = """
import sys, pathlib
from server.processes import lock
lock.acquire(pathlib.Path(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by(command: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The lock is another process's, which looks like this command of `perch`; it ends with its input."""
    program = folder / "perch"
    program.write_text(HOLD)
    process = subprocess.Popen(
        [sys.executable, str(program), command, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": "."},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.communicate()


def test_a_start_waits_for_a_command_to_end(tmp_path: Path) -> None:
    waited: list[str] = []
    with held_by("doctor", tmp_path) as process:
        assert process.stdin is not None
        threading.Timer(0.5, process.stdin.close).start()
        lock.acquire(tmp_path, on_wait=waited.append)
        lock.release()
        process.stdin = None
    assert waited == ["`perch doctor`"]


@pytest.mark.parametrize(
    ("command", "patience", "named"), [("up", 30, "process"), ("doctor", 0, "`perch doctor`")]
)
def test_a_start_refuses_what_another_server_uses_and_waits_no_longer_than_it_may(
    tmp_path: Path, command: str, patience: float, named: str
) -> None:
    with held_by(command, tmp_path), pytest.raises(lock.FolderInUse, match=f"another Perch .{named}"):
        lock.acquire(tmp_path, patience=patience)
