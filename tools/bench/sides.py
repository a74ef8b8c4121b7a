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

# The embedded servers answer both sides of a row that writes.
SERVERS = ("postgres", "valkey")

# When the first of two processes answers, the other one does so within this time. Seconds.
ALL_THERE = 1

# What is under way when wrk goes is finished within this time: nobody is stopped in a transaction. Seconds.
SETTLING = 0.3


@dataclass(frozen=True)
class Side:
    """A server that can be asked at `url`; `root` is the parent of its processes."""

    url: str
    root: int

    def family(self) -> list[int]:
        """All its processes."""
        return descendants(self.root)


def alone(side: Side, sides: Sequence[Side], measure: Callable[[], T]) -> Callable[[], T]:
    """Measure this side while the others stand still, but for embedded servers, which sides may share."""

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


# Who measures asks for more than anybody may.
WITHOUT_LIMITS = {
    "RATE_LIMITS": "off",
    "UPLOADS_PER_DAY": "1000000",
    "UPLOAD_BYTES_PER_DAY": str(1 << 40),
    "TEXT_BYTES_PER_DAY": str(1 << 40),
}


@contextmanager
def perch(folder: Path, **settings: str) -> Iterator[Side]:
    """`perch up` with two web processes on the data of this folder."""
    defaults = {"WEB_CONCURRENCY": "2", "DEMO_KEYS": "off", "ACCESS_LOG": "off", **WITHOUT_LIMITS}
    with running(folder, **{**defaults, **settings}) as found:
        time.sleep(ALL_THERE)
        yield Side(found.url, found.process.pid)


@contextmanager
def baseline(name: str, *arguments: str, log: Path | None = None) -> Iterator[Side]:
    """A program of `tools.bench.baselines`, with two processes; what it prints goes to the log."""
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
    """A process and all below it."""
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
    """The sum of their proportional set sizes, in MiB: shared pages are counted once."""
    total = 0
    for pid in pids:
        with suppress(OSError):  # it has ended
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def send(pids: Sequence[int], number: signal.Signals) -> None:
    """A signal to each that still lives."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
