"""The two sides of a row as running processes. While one is measured, the others are stopped (SIGSTOP)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests import servers
from tests.waiting import wait_for
from tests.whole.conftest import processes, running

T = TypeVar("T")

# In rows that write, both sides use the same embedded servers.
SERVERS = ("postgres", "valkey")

# The seconds within which the second of two processes answers after the first.
ALL_THERE = 1

# The seconds in which requests in progress finish after wrk ends, so that no process is stopped in a
# transaction.
SETTLING = 0.3


@dataclass(frozen=True)
class Side:
    """A server at `url`; `root` is the parent of its processes."""

    url: str
    root: int

    def family(self) -> list[int]:
        """All processes of this side."""
        return descendants(self.root)


def alone(side: Side, sides: Sequence[Side], measure: Callable[[], T]) -> Callable[[], T]:
    """Measure this side while the others are stopped, except for embedded servers, which sides may share."""

    def measured() -> T:
        time.sleep(SETTLING)
        others = [pid for other in sides if other is not side for pid in other.family()]
        stopped = [pid for pid in others if not is_server(pid)]
        send(stopped, signal.SIGSTOP)
        try:
            return measure()
        finally:
            send(stopped[::-1], signal.SIGCONT)

    return measured


# Benchmarks send more requests than any user may.
WITHOUT_LIMITS = {
    "RATE_LIMITS": "off",
    "UPLOADS_PER_DAY": "1000000",
    "UPLOAD_BYTES_PER_DAY": str(1 << 40),
    "TEXT_BYTES_PER_DAY": str(1 << 40),
}


@contextmanager
def perch(folder: Path, **settings: str) -> Iterator[Side]:
    """Run `perch up` with two web processes on this folder's data."""
    defaults = {"WEB_CONCURRENCY": "2", "DEMO_KEYS": "off", "ACCESS_LOG": "off", **WITHOUT_LIMITS}
    with running(folder, **{**defaults, **settings}) as found:
        time.sleep(ALL_THERE)
        yield Side(found.url, found.process.pid)


@contextmanager
def baseline(name: str, *arguments: str, log: Path | None = None) -> Iterator[Side]:
    """Run a program of `tools.bench.baselines` with two processes; its output goes to the log."""
    port = servers.free_port()
    command = [sys.executable, "-m", f"tools.bench.baselines.{name}", "--port", str(port), *arguments]
    with (log or Path(os.devnull)).open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: servers.answers(url), f"the baseline {name} answering")
        time.sleep(ALL_THERE)
        yield Side(url, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def descendants(root: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for pid, parent, _ in processes():
        children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def is_server(pid: int) -> bool:
    """Whether it is the embedded PostgreSQL, one of its sessions, or Valkey."""
    try:
        return (Path("/proc") / str(pid) / "exe").readlink().name.startswith(SERVERS)
    except OSError:
        return False


def memory(pids: Sequence[int]) -> float:
    """The sum of the proportional set sizes in MiB, so that shared pages are counted once."""
    total = 0
    for pid in pids:
        with suppress(OSError):  # it has ended
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def send(pids: Sequence[int], number: signal.Signals) -> None:
    """Send a signal to each process that is still alive."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
