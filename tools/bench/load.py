"""Load by `wrk`: a C program, so that the client is never what is measured.

One thread of it fills both cores of the servers (60,000 answers of 20 kB a second from bare Sanic); a second
one would only take their time. 32 connections keep two processes always busy: fewer leave gaps between
requests, and with more, throughput stays as it is while everybody only waits longer.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tools.measuring.figures import median

CONNECTIONS = 32

# So long each side works before it is measured: caches fill, connections to the database open. Seconds.
WARM_UP = 1

SCRIPT = Path(__file__).with_name("wrk.lua")

T = TypeVar("T")


class BenchFailed(Exception):
    """A row cannot be measured, or what was measured is not what was meant; the text says why."""


@dataclass(frozen=True)
class Call:
    """One request, as wrk sends it."""

    method: str
    path: str
    key: str
    body: str = ""

    @property
    def line(self) -> str:
        return f"{self.method}\t{self.path}\t{self.key}\t{self.body}\n"


@dataclass(frozen=True)
class Load:
    """What a round of load brought; times in milliseconds."""

    count: int
    per_second: float
    bytes_each: float
    p50: float
    p95: float
    p99: float
    refused: int
    broken: int


def press(url: str, calls: Sequence[Call], *, seconds: int, connections: int = CONNECTIONS) -> Load:
    """Send these calls in rotation, as fast as answers come; every thread of wrk sends its own.

    Raises:
        BenchFailed: an answer was not of 200 to 399, or did not come.
    """
    found = attempt(url, calls, seconds=seconds, connections=connections)
    if found.refused or found.broken:
        raise BenchFailed(f"{url}: {found.refused} refused, {found.broken} broken: {calls[0].path}")
    return found


def attempt(url: str, calls: Sequence[Call], *, seconds: int, connections: int = CONNECTIONS) -> Load:
    """The same, whatever is answered."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(call.line for call in calls)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(SCRIPT)]
        done = subprocess.run([*command, url, "--", file.name], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchFailed(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
    summary = json.loads(done.stdout.splitlines()[-1])
    count = summary["requests"]
    return Load(
        count=count,
        per_second=count / summary["seconds"],
        bytes_each=summary["bytes"] / max(count, 1),
        p50=summary["p50_ms"],
        p95=summary["p95_ms"],
        p99=summary["p99_ms"],
        refused=summary["refused"],
        broken=summary["broken"],
    )


def in_turn(sides: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Each side's figures, measured A B A B, so that a machine that drifts drifts for all."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            found[name].append(measure())
    return found


def typical(loads: Sequence[Load]) -> Load:
    """The median of each figure, and all requests together."""
    figures = ("per_second", "bytes_each", "p50", "p95", "p99")
    middle: dict[str, Any] = {name: median([getattr(one, name) for one in loads]) for name in figures}
    sums = {name: sum(getattr(one, name) for one in loads) for name in ("count", "refused", "broken")}
    return Load(**middle, **sums)
