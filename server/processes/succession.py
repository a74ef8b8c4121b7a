"""Renewing a running Perch: a new image of the parent takes over from the one that runs.

The parent executes itself anew, as the same process, with what is installed and set by then. It hands on the
listening socket, the lock on the data and who its children are, so that PostgreSQL and Valkey go on, and each
of the other programs is started anew before its predecessor is told to end.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

# Where the old image leaves its words to the new one.
VARIABLE = "PERCH_SUCCESSION"

# Where that one listens, for the check of a new start: another address has to be free.
LISTENS = "PERCH_LISTENS"

# Loading everything and migrating the database. Seconds.
CHECKED_WITHIN = 600


@dataclass(frozen=True)
class Succession:
    """What was handed on. `where` is the address that the socket listens on, as the settings had it."""

    pids: dict[str, int]
    listener: socket.socket
    where: str
    lock: int | None


def inherited() -> Succession | None:
    """What an old image of this process left; None where this one is the first."""
    words = os.environ.pop(VARIABLE, None)
    if words is None:
        return None
    told: dict[str, Any] = json.loads(words)
    listener = socket.socket(fileno=told["listener"])
    for descriptor in (listener.fileno(), told["lock"]):
        if descriptor is not None:
            os.set_inheritable(descriptor, False)
    return Succession(told["pids"], listener, told["where"], told["lock"])


def hand_on(pids: Mapping[str, int], listener: socket.socket, where: str, lock: int | None) -> None:
    """Become the new image. Returns where that one would not start: then everything goes on as it was."""
    command = [sys.executable, *sys.orig_argv[1:]]
    if reason := trouble([*command, "--check"], where):
        log.error("not reloaded, because the new start would fail: %s", reason)
        return
    told = {"pids": dict(pids), "listener": listener.fileno(), "where": where, "lock": lock}
    os.environ[VARIABLE] = json.dumps(told)
    for descriptor in (listener.fileno(), lock):
        if descriptor is not None:
            os.set_inheritable(descriptor, True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, command)  # noqa: S606


def trouble(command: list[str], where: str) -> str | None:
    """Why this command fails, in one line; None where it does not."""
    told = {**os.environ, LISTENS: where}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=CHECKED_WITHIN, check=False, env=told
        )
    except subprocess.TimeoutExpired:
        return f"its check didn't finish within {CHECKED_WITHIN} s"
    if done.returncode == 0:
        return None
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"
