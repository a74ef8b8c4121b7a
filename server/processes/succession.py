"""Reloads a running Perch: a new image of the parent process takes over from the running one.

The parent executes itself again, as the same process, with the code and settings that are there by then. It
hands on the listening socket, the lock on the data and its children's process ids. So PostgreSQL and Valkey
keep running, and each of the other programs is started again before its predecessor is told to stop.
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

# The environment variable with the state that the old image hands to the new one.
VARIABLE = "PERCH_SUCCESSION"

# The environment variable with the current listening address, for the check before a reload: if the address
# changes, the new one must be free.
LISTENS = "PERCH_LISTENS"

# How many seconds the check may take: it loads everything and migrates the database.
CHECKED_WITHIN = 600


@dataclass(frozen=True)
class Succession:
    """The state handed on. `where` is the address that the socket listens on, as written in the settings."""

    pids: dict[str, int]
    listener: socket.socket
    where: str
    lock: int | None


def inherited() -> Succession | None:
    """The state that an old image of this process left; None if this is the first image."""
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
    """Become the new image. Returns only if that one wouldn't start; then everything stays as it was."""
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
    """Why this command fails, in one line; None if it succeeds."""
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
