"""Our own PostgreSQL, from a Python wheel, and what it shares with Valkey (`server.processes.valkey`).

Both are real servers on sockets that only we can reach. We use only the programs in the wheels, not their
Python code. PostgreSQL refuses to run as root, so root starts it in a user namespace in which it is nobody,
while the files stay root's. If namespaces are disabled, it runs as an unprivileged user.
"""

from __future__ import annotations

import logging
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config import programs
from config.database_address import POSTGRES_PORT, UnsafeFolder, embedded_socket_folder, require_private
from config.settings import Settings
from server.processes import lock
from server.processes.errors import CannotRun
from server.processes.sizes import postgres_options
from server.processes.supervisor import Program, become_child

# Connections in addition to the pools: for commands, migrations, a dump, a person with psql.
SPARE_CONNECTIONS = 20

# A log of PostgreSQL or Valkey with more bytes than this is emptied within a minute; what it held is kept as
# one old log.
LOG_BYTES = 4 << 20

# The severities with which PostgreSQL logs its last messages.
FATAL = re.compile(r"\b(?:FATAL|PANIC): ")

# How many seconds killed processes may take to disappear.
ORPHAN_PATIENCE = 5

log = logging.getLogger(__name__)


class EmbeddedUnavailable(CannotRun):
    """The programs aren't installed or can't run here; the text says what to do."""


@dataclass(frozen=True)
class Folders:
    """The servers' folders."""

    data: Path

    @property
    def postgres(self) -> Path:
        """The folder of PostgreSQL's cluster."""
        return self.data / "postgres"

    @property
    def valkey(self) -> Path:
        """The folder of Valkey's append-only file."""
        return self.data / "valkey"

    @property
    def sockets(self) -> Path:
        """The folder of both servers' sockets."""
        return embedded_socket_folder(self.data)

    @property
    def logs(self) -> Path:
        """The folder of both servers' logs."""
        return self.data / "logs"

    def require_folders(self) -> None:
        """Raise EmbeddedUnavailable if something else is in the place of one of the folders."""
        for path in (self.data, self.postgres, self.valkey, self.sockets, self.logs, self.data / "tmp"):
            try:
                if not stat.S_ISDIR(path.stat().st_mode):
                    raise EmbeddedUnavailable(f"DATA_DIR: {path} isn't a folder")
                if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
                    raise EmbeddedUnavailable(f"DATA_DIR: {path}: Permission denied")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise EmbeddedUnavailable(f"DATA_DIR: {path}: {error.strerror}") from None

    def create(self) -> None:
        """Create all folders, accessible only to their owner.

        Raises:
            EmbeddedUnavailable: data can't be kept here.
        """
        self.require_folders()
        try:
            for folder in (self.data, self.valkey, self.sockets, self.logs, self.data / "tmp"):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            require_private(self.sockets, self.data)  # someone else may have created it first
        except OSError as error:
            raise EmbeddedUnavailable(f"DATA_DIR: can't create {error.filename}: {error.strerror}") from None
        except UnsafeFolder as error:
            raise EmbeddedUnavailable(f"DATA_DIR: {error}") from None


def postgres(settings: Settings) -> Program:
    """The PostgreSQL of this data folder; its cluster is created if there is none yet."""
    folders = Folders(settings.data_folder)
    binaries = postgres_binaries(folders)
    log_file = folders.logs / "postgres.log"
    if settings.postgres_mb > (there := memory_mb()):
        raise EmbeddedUnavailable(
            f"POSTGRES_MB: {settings.postgres_mb} MB is more than this machine has ({there} MB)"
        )
    processes = settings.web_concurrency + 2
    options = postgres_options(
        settings.postgres_mb,
        connections=processes * settings.database_pool_size + SPARE_CONNECTIONS,
    )

    def start() -> int:
        prefix = unprivileged(folders)
        if not (folders.postgres / "PG_VERSION").exists():
            initialise(binaries, folders, prefix)
        # We hold the family's lock (`lock`), so whatever an earlier postmaster left here is useless: its pid
        # file, and busy sessions, which outlive a killed postmaster and hold on to the shared memory.
        end_sessions(folders.postgres)
        (folders.postgres / "postmaster.pid").unlink(missing_ok=True)
        arguments = [
            str(binaries / "postgres"),
            "-D",
            str(folders.postgres),
            "-k",
            str(folders.sockets),
        ]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        return spawn([*prefix, *arguments], log_file, signal.SIGINT)

    def ready() -> bool:
        asked = [
            str(binaries / "pg_isready"),
            "-q",
            "-h",
            str(folders.sockets),
            "-p",
            str(POSTGRES_PORT),
        ]
        return subprocess.run(asked, check=False).returncode == 0

    return Program(
        "PostgreSQL",
        start,
        ready,
        ready_within=60,  # recovery after a crash
        goes_on=True,
        stop_signal=signal.SIGINT,  # "fast": ends sessions, then stops cleanly
        explain=lambda: last_lines(log_file),
        tend=lambda: cap(log_file),
    )


def end_sessions(cluster: Path) -> None:
    """Kill this cluster's PostgreSQL processes, which all work in its folder, and wait until they end."""
    deadline = time.monotonic() + ORPHAN_PATIENCE
    while found := [pid for pid in living_processes() if is_postgres_in(pid, cluster)]:
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            log.warning("%d processes of an earlier PostgreSQL don't exit", len(found))
            return
        time.sleep(0.02)


def living_processes() -> list[int]:
    """The ids of all visible processes."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def is_postgres_in(pid: int, cluster: Path) -> bool:
    """Whether this process is a PostgreSQL working in the folder; False if it is gone or we may not look."""
    process = Path(f"/proc/{pid}")
    try:
        works_there = (process / "cwd").readlink() == cluster.resolve()
        return works_there and (process / "exe").readlink().name.startswith("postgres")
    except OSError:
        return False


def memory_mb() -> int:
    """The total memory of this machine, in megabytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


def postgres_binaries(folders: Folders) -> Path:
    """The folder of initdb, postgres, pg_dump and so on, in the major version of the data."""
    versions = programs.in_wheel()
    if not versions:
        raise EmbeddedUnavailable(missing_package("PostgreSQL", "DATABASE_URL"))
    version_file = folders.postgres / "PG_VERSION"
    try:
        major = int(version_file.read_text()) if version_file.exists() else max(versions)
    except ValueError:
        raise EmbeddedUnavailable(
            f"{version_file} is damaged; check the disk, and restore a dump (docs/operations.md)"
        ) from None
    if major not in versions:
        raise EmbeddedUnavailable(
            f"the data in {folders.postgres} needs PostgreSQL {major}, which isn't installed"
        )
    return versions[major]


def missing_package(server: str, setting: str) -> str:
    """The sentence that says what to do if a wheel isn't installed."""
    return (
        f"Perch's own {server} isn't installed: install this package with the extra `embedded` "
        f"(docs/deploying.md), or set {setting} to a server that is already running"
    )


def initialise(binaries: Path, folders: Folders, prefix: Sequence[str]) -> None:
    """Create a new cluster in another folder, then rename it: a killed attempt leaves no partial cluster."""
    aside = folders.data / "postgres.new"
    shutil.rmtree(aside, ignore_errors=True)
    command = [str(binaries / "initdb"), "-D", str(aside), "-U", "perch", "--auth=trust"]
    done = subprocess.run(
        [*prefix, *command, "--encoding=UTF8", "--locale=C.UTF-8"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise EmbeddedUnavailable(f"initdb failed: {done.stderr.strip().splitlines()[-1:]}")
    aside.rename(folders.postgres)


def unprivileged(folders: Folders) -> list[str]:
    """The prefix for PostgreSQL's commands that keeps them from running as root."""
    if os.getuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    if namespaces_allowed():
        return ["unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"]
    for folder in (folders.data, folders.sockets, folders.logs):
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


@cache
def namespaces_allowed() -> bool:
    """Whether this kernel lets us create a user namespace."""
    tried = subprocess.run(["unshare", "--user", "--map-root-user", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def spawn(command: Sequence[str], log_file: Path, death_signal: signal.Signals) -> int:
    """Start a program that logs to a file and ends with this process; return its process id.

    It inherits only the family's lock (`server.processes.lock`).
    """
    cap(log_file)
    with log_file.open("ab") as out:
        log_file.chmod(0o600)  # earlier versions of Perch let everyone read it
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=lock.inherited(),
            preexec_fn=child_setup(death_signal),
            env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        )
    process.returncode = 0  # the supervisor waits for it; keep Popen from doing so
    return process.pid


def cap(log_file: Path) -> None:
    """Move what a large log holds to the old log. Its program appends, so it goes on in the emptied file.

    A line that is written at that very moment may be lost.
    """
    try:
        if log_file.stat().st_size > LOG_BYTES:
            old = log_file.with_suffix(".log.1")
            shutil.copyfile(log_file, old)
            old.chmod(0o600)
            os.truncate(log_file, 0)
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("can't cap %s: %s", log_file, error.strerror)


def child_setup(death_signal: signal.Signals) -> Callable[[], None]:
    """Make the function that a new process calls before it becomes the program."""

    def set_up() -> None:
        become_child(death_signal)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])

    return set_up


def last_lines(path: Path, count: int = 5) -> str:
    """Why a program ended: the last line of its log that gives a reason, else the end of the log."""
    try:
        lines = path.read_text(errors="replace").splitlines()
        room = os.statvfs(path.parent).f_bavail
    except OSError as error:
        return f"{path}: {error.strerror}"
    if not room:
        return f"no space left on the disk of {path.parent}"
    fatal = [line for line in lines[-count:] if FATAL.search(line)]
    return " | ".join(fatal[-1:] or lines[-count:]) or "it logged nothing"
