"""The supervisor: order, watching, restarting, stopping. Each case runs in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.waiting import wait_for

PRELUDE = """
import os, signal, sys, time
from server.processes.supervisor import Program, ProgramFailed, Supervisor, forked
from server.processes import supervisor

def say(*words):
    os.write(1, (" ".join(map(str, words)) + chr(10)).encode())  # at once: several processes share it

def waits(name, on_stop=lambda: None):
    def work():
        def stop(*_):
            on_stop()
            say(name, "stopped")
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        say(name, "runs", os.getpid())
        while True:
            signal.pause()
    return Program(name, forked(name, work))
"""


class Parent:
    """A supervising process and what it printed."""

    def __init__(self, code: str, folder: Path) -> None:
        self._out = folder / "out"
        script = PRELUDE + textwrap.dedent(code)
        with self._out.open("a") as out:
            self.process = subprocess.Popen([sys.executable, "-c", script], stdout=out, stderr=out)

    @property
    def lines(self) -> list[str]:
        return self._out.read_text().splitlines()

    def wait_for(self, line: str) -> str:
        wait_for(
            lambda: any(found.startswith(line) for found in self.lines), f"the line {line!r}", seconds=20
        )
        return next(found for found in self.lines if found.startswith(line))

    def end(self, number: signal.Signals | None = None, *, seconds: float = 20) -> int:
        if number is not None:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    def order(self, *lines: str) -> list[str]:
        """Check that these lines were printed in this order; process ids are ignored."""
        shown = [" ".join(line.split()[:2]) for line in self.lines]
        return [line for line in shown if line in lines]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stages_stop_in_reverse_order(tmp_path: Path, number: signal.Signals) -> None:
    parent = Parent(
        """
        Supervisor([[waits("a")], [waits("b"), waits("c")], [waits("d")]]).run(lambda: say("all run"))
        say("end")
        """,
        tmp_path,
    )
    parent.wait_for("all run")
    for name in "abcd":
        parent.wait_for(f"{name} runs")
    assert parent.end(number) == 0
    stopped = parent.order("a stopped", "b stopped", "c stopped", "d stopped", "end")
    assert (stopped[0], stopped[3:], set(stopped[1:3])) == (
        "d stopped",
        ["a stopped", "end"],
        {"b stopped", "c stopped"},
    )


def test_a_stage_starts_only_when_the_previous_one_is_ready(tmp_path: Path) -> None:
    parent = Parent(
        """
        begin = time.monotonic()
        first = waits("a")
        first.ready = lambda: time.monotonic() > begin + 0.5
        second = Program("b", forked("b", lambda: say("after", time.monotonic() - begin > 0.5)), once=True)
        Supervisor([[first], [second], [waits("c")]]).run(lambda: say("all run"))
        """,
        tmp_path,
    )
    parent.wait_for("all run")
    assert "after True" in parent.lines
    assert parent.end(signal.SIGTERM) == 0


def test_a_process_that_dies_is_restarted(tmp_path: Path) -> None:
    parent = Parent('Supervisor([[waits("a")]]).run()', tmp_path)
    pid = int(parent.wait_for("a runs").split()[-1])
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(parent.order("a runs")) == 2, "a second run")
    assert parent.end(signal.SIGTERM) == 0
    assert "was killed by SIGKILL; restarting it" in "\n".join(parent.lines)


def test_a_process_that_keeps_dying_stops_everything_and_says_why(tmp_path: Path) -> None:
    parent = Parent(
        """
        supervisor.LONGEST_PAUSE = 0.05
        bad = Program("bad", forked("bad", lambda: sys.exit(7)), explain=lambda: "it is bad")
        try:
            Supervisor([[waits("a")], [bad]]).run()
        except ProgramFailed as failed:
            say("reason:", failed)
            sys.exit(1)
        """,
        tmp_path,
    )
    assert parent.end() == 1
    assert parent.lines[-1] == "reason: bad exited with code 7, 5 times within 60 s: it is bad"
    assert "a stopped" in parent.lines


def test_a_step_that_fails_stops_the_start(tmp_path: Path) -> None:
    parent = Parent(
        """
        step = Program("the step", forked("step", lambda: sys.exit(3)), once=True)
        try:
            Supervisor([[waits("a")], [step], [waits("never")]]).run(lambda: say("all run"))
        except ProgramFailed as failed:
            say("reason:", failed)
        """,
        tmp_path,
    )
    assert parent.end() == 0
    assert parent.lines[-1].startswith("reason: the step exited with code 3")
    assert not parent.order("never runs", "all run")


def test_a_process_that_never_becomes_ready_stops_the_start(tmp_path: Path) -> None:
    parent = Parent(
        """
        slow = waits("slow")
        slow.ready, slow.ready_within = (lambda: False), 0.3
        try:
            Supervisor([[slow]]).run()
        except ProgramFailed as failed:
            say("reason:", failed)
        """,
        tmp_path,
    )
    assert parent.end() == 0
    assert parent.lines[-1] == "reason: slow wasn't ready within 0 s"


def test_a_process_that_does_not_stop_in_time_is_killed(tmp_path: Path) -> None:
    parent = Parent(
        """
        def deaf():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            say("deaf runs")
            while True:
                signal.pause()
        program = Program("deaf", forked("deaf", deaf), stop_within=0.5)
        Supervisor([[program]]).run()
        say("end")
        """,
        tmp_path,
    )
    parent.wait_for("deaf runs")
    begin = time.monotonic()
    assert parent.end(signal.SIGTERM) == 0
    assert time.monotonic() - begin < 10
    assert parent.lines[-1] == "end"


def test_children_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = Parent('Supervisor([[waits("a"), waits("b")]]).run(lambda: say("all run"))', tmp_path)
    pids = [int(parent.wait_for(f"{name} runs").split()[-1]) for name in "ab"]
    parent.end(signal.SIGKILL)
    wait_for(lambda: not any(is_alive(pid) for pid in pids), "the end of the children")


def test_ctrl_c_reaches_the_parent_alone(tmp_path: Path) -> None:
    parent = Parent('Supervisor([[waits("a")]]).run(lambda: say("all run"))', tmp_path)
    pid = int(parent.wait_for("a runs").split()[-1])
    assert os.getpgid(pid) == pid
    assert parent.end(signal.SIGINT) == 0
