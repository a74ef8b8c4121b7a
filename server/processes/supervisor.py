"""A small parent that starts programs in order, watches them, and stops them in reverse order.

Sanic's own manager ends all children at once, doesn't restart killed ones, and leaves them serving if it is
killed itself. Here a child that dies is restarted; if one keeps dying, everything is stopped and the reason
reported; and children end with their parent, however that ends (`PR_SET_PDEATHSIG`).

The parent stays single-threaded and has no event loop, as otherwise it couldn't fork safely. The web
processes, worker and scheduler are forked from it and share the memory pages of what it imported before.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from config import process
from server.processes import unforeseen
from server.processes.errors import CannotRun

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # prctl(2)

STOP_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})

# The usual signal of servers that replace themselves by a new version. SIGHUP stops: the terminal is gone.
RENEW_SIGNAL = signal.SIGUSR2

WATCHED = STOP_SIGNALS | {signal.SIGCHLD, RENEW_SIGNAL}

# If a program dies this many times within this many seconds, restarting it won't help.
MAX_DEATHS, DEATH_WINDOW = 5, 60

# The pause before a dead program is restarted, in seconds. It doubles with each death in the window.
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

POLL = 0.05  # seconds between checks of whether something is ready

TEND_EVERY = 60.0  # seconds between two calls of `Program.tend`

# A second signal within this many seconds is the same request to stop, sent by several (make, a shell).
SAME_WISH = 1.0


class ProgramFailed(CannotRun):
    """A program doesn't start, or keeps dying; the text is the reason, for the operator."""


class Stopped(Exception):
    """A signal asks to stop."""


@dataclass
class Program:
    """A program to run. `start` returns its process id; `ready` is called until it returns True.

    With `once`, the program must end successfully by itself before the next stage starts. A program that
    `goes_on` keeps running when its parent is reloaded. `tend` is called each minute while it runs.
    """

    name: str
    start: Callable[[], int]
    ready: Callable[[], bool] | None = None
    ready_within: float = 30.0
    once: bool = False
    goes_on: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within: float = 15.0
    explain: Callable[[], str] = lambda: "see its log lines above"
    tend: Callable[[], None] = lambda: None
    pid: int | None = field(default=None, init=False)
    deaths: deque[float] = field(default_factory=deque, init=False)
    restart_at: float | None = field(default=None, init=False)


class Supervisor:
    """Runs programs in stages: the programs of a stage start together and stop together.

    `predecessors` are the process ids from an earlier image of this parent, by program name. Each of them is
    ended once its program's stage has started.
    """

    def __init__(
        self, stages: Sequence[Sequence[Program]], predecessors: Mapping[str, int] | None = None
    ) -> None:
        self._stages = stages
        self._predecessors = dict(predecessors or {})
        self._renewal_is_asked = False
        self._impatient = False
        self._tended_at = time.monotonic()
        self._asked_at: float | None = None  # when we were asked to stop

    def run(
        self,
        on_ready: Callable[[], None] = lambda: None,
        on_renewal: Callable[[Mapping[str, int]], None] = lambda _: None,
    ) -> None:
        """Start all programs, watch them until a signal asks to stop, and stop them all.

        Args:
            on_renewal: called when a signal asks for a reload, with the running process ids by program name.

        Raises:
            ProgramFailed: after everything was stopped.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            for stage in self._stages:
                self._start(stage)
            self._end_predecessors(list(self._predecessors))  # of programs that no longer exist
            on_ready()
            while self._asked_at is None:
                if self._renewal_is_asked:  # perhaps during startup
                    self._renewal_is_asked = False
                    on_renewal({p.name: p.pid for stage in self._stages for p in stage if p.pid is not None})
                self._wait(self._pause())
                self._tend()
        except Stopped:
            pass
        finally:
            self._stop_all()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)

    def _start(self, stage: Sequence[Program]) -> None:
        for program in stage:
            kept = self._predecessors.pop(program.name, None) if program.goes_on else None
            program.pid = kept or program.start()
        for program in stage:
            deadline = time.monotonic() + program.ready_within
            while not self._has_started(program):
                if time.monotonic() > deadline:
                    raise ProgramFailed(f"{program.name} wasn't ready within {program.ready_within:.0f} s")
                self._wait(POLL)
        self._end_predecessors([program.name for program in stage])

    def _end_predecessors(self, names: Sequence[str]) -> None:
        """End processes whose programs have been started again; they finish what is under way."""
        within = {program.name: program.stop_within for stage in self._stages for program in stage}
        leaving = []
        for name in names:
            if (pid := self._predecessors.pop(name, None)) is not None:
                leaving.append(Program(f"the earlier {name}", lambda: 0, stop_within=within.get(name, 15.0)))
                leaving[-1].pid = pid
        self._end(leaving)

    def _has_started(self, program: Program) -> bool:
        if program.once:
            return program.pid is None
        return program.ready is None or program.ready()

    def _pause(self) -> float:
        """The number of seconds until something has to be done."""
        due = [p.restart_at for stage in self._stages for p in stage if p.restart_at is not None]
        return max(0.0, min([*due, self._tended_at + TEND_EVERY]) - time.monotonic())

    def _wait(self, seconds: float) -> None:
        """Wait for a signal; then collect dead processes, and restart programs whose pause is over."""
        info = signal.sigtimedwait(WATCHED, seconds)
        if info is not None and info.si_signo in STOP_SIGNALS:
            self._asked_at = time.monotonic()
            raise Stopped
        if info is not None and info.si_signo == RENEW_SIGNAL:
            self._renewal_is_asked = True
        self._bury()
        for program in (p for stage in self._stages for p in stage):
            if program.restart_at is not None and time.monotonic() >= program.restart_at:
                program.restart_at = None
                program.pid = program.start()

    def _tend(self) -> None:
        if time.monotonic() < self._tended_at + TEND_EVERY:
            return
        self._tended_at = time.monotonic()
        for program in (p for stage in self._stages for p in stage):
            program.tend()

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for program in (p for stage in self._stages for p in stage if p.pid == pid):
                self._died(program, os.waitstatus_to_exitcode(status))

    def _died(self, program: Program, code: int) -> None:
        program.pid = None
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
        if program.once:
            if code != 0:
                raise ProgramFailed(f"{program.name} {how}: {program.explain()}")
            return
        now = time.monotonic()
        program.deaths.append(now)
        while program.deaths[0] < now - DEATH_WINDOW:
            program.deaths.popleft()
        if len(program.deaths) >= MAX_DEATHS:
            raise ProgramFailed(
                f"{program.name} {how}, {MAX_DEATHS} times within {DEATH_WINDOW} s: {program.explain()}"
            )
        pause = min(FIRST_PAUSE * 2 ** (len(program.deaths) - 1), LONGEST_PAUSE)
        log.warning("%s %s; restarting it in %.1f s", program.name, how, pause)
        program.restart_at = now + pause

    def _stop_all(self) -> None:
        for stage in reversed(self._stages):
            self._end([program for program in stage if program.pid is not None])
        self._end_predecessors(list(self._predecessors))  # if startup wasn't completed

    def _end(self, running: Sequence[Program]) -> None:
        for program in running:
            _kill(program, program.stop_signal)
        deadline = time.monotonic() + max((p.stop_within for p in running), default=0)
        while any(program.pid for program in running):
            if self._impatient or time.monotonic() > deadline:
                for program in running:
                    log.warning("%s didn't stop in time; killing it", program.name)
                    _kill(program, signal.SIGKILL)
                deadline = time.monotonic() + 5
                self._impatient = False
            self._collect(running)

    def _collect(self, running: Sequence[Program]) -> None:
        info = signal.sigtimedwait(WATCHED, POLL)
        if info is not None and info.si_signo == RENEW_SIGNAL:
            self._renewal_is_asked = True
        if info is not None and info.si_signo in STOP_SIGNALS:
            if self._asked_at is None:  # while predecessors are ending
                self._asked_at = time.monotonic()
            self._impatient = time.monotonic() > self._asked_at + SAME_WISH
        for program in running:
            if program.pid is not None:
                with contextlib.suppress(ChildProcessError):
                    if os.waitpid(program.pid, os.WNOHANG) == (0, 0):
                        continue
                program.pid = None


def forked(name: str, work: Callable[[], None]) -> Callable[[], int]:
    """A `start` that runs `work` in a fork of this process."""

    def start() -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        me = os.getpid()
        # Memory is shared until somebody writes to it, and the garbage collector writes to every object that
        # it visits. It doesn't visit frozen ones.
        gc.freeze()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            become_child(signal.SIGTERM)
            process.watched_by(me)
            if process.is_orphaned():  # before we could be notified of that
                os._exit(code)
            ctypes.CDLL(None).prctl(PR_SET_NAME, f"perch {name}".encode()[:15])
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
            work()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException as error:
            log.error("%s failed: %s", name, unforeseen.told(error, name))
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    return start


def become_child(death_signal: signal.Signals) -> None:
    """Set up a new child: leave the terminal's group, so that only the parent gets Ctrl+C; end with it."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)


def _kill(program: Program, number: signal.Signals) -> None:
    if program.pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(program.pid, number)
