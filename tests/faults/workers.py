"""Worker processes that may be killed, with leases of seconds if a test is short of time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# All in seconds. A worker's lease is longer than the leases of its work, as in normal operation: a worker
# that takes over a message then finds the work free.
HASTE = """
broker.WORKER_LEASE, broker.BEAT_EVERY, broker.LOOK_EVERY = 3, 0.5, 0.5
picture_attempts.ATTEMPT_LEASE = runs.LEASE = 2
runs.RENEW_EVERY = 0.5
"""

PROGRAM = """
import os, sys
from server.operations import runs
from tasks import broker, picture_attempts, registry, scheduler, task
{changes}
from server.cli import main
sys.argv = ["perch", "{command}"]
main()
"""


@contextmanager
def started(
    environment: dict[str, str], log: Path, changes: str = "", command: str = "worker"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `perch worker`, or another part, with these changes; killed at the end if it is still alive."""
    program = PROGRAM.format(changes=changes, command=command)
    with log.open("ab") as out:
        process = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
