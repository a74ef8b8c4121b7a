"""Servers that can replace each other: PostgreSQL and its standby, Valkey, its replica and sentinels."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from config import programs
from server.processes import embedded, valkey
from tests import servers
from tests.waiting import wait_for
from tests.whole.conftest import processes

DATABASE, USER = "perch", "perch"

# The primary's name, how many milliseconds it may be silent, and how many sentinels must agree that it is
# gone.
NAME, SILENCE, QUORUM = "perch", 1000, 2


class Server:
    """A program that can be killed, stopped as if its machine hung, and started again."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._command, self._folder = command, folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program, which prints into a file."""
        with (self._folder / "out.log").open("ab") as out:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=out, stderr=out, start_new_session=True
            )

    def signal(self, number: signal.Signals) -> None:
        """Send the signal to the program and everything that it has started."""
        for pid in self._family():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """End the program as a failure of its machine would."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def _family(self) -> list[int]:
        """PostgreSQL's processes have sessions of their own, but are children of its parent process."""
        if self._process is None:
            return []
        mine = self._process.pid
        return [mine, *(pid for pid, parent, _ in processes() if parent == mine)]


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL on its own port."""

    server: Server
    port: int

    @property
    def url(self) -> str:
        """The address of the database on this server."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    async def rows(self, sql: str, *values: object, database: str = DATABASE) -> list[asyncpg.Record]:
        """Query this server itself."""
        connection = await asyncpg.connect(
            host="127.0.0.1", port=self.port, user=USER, database=database, timeout=10
        )
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql, *values, timeout=30)
            return found
        finally:
            connection.terminate()

    async def promote(self) -> None:
        """Make it the primary; returns when it accepts writes."""
        await self.rows("SELECT pg_promote()")


@contextmanager
def postgres_pair(folder: Path) -> Iterator[tuple[Postgres, Postgres]]:
    """A primary, and a standby that has applied all that the primary confirmed (`synchronous_commit`).

    They are Debian's PostgreSQL if it is installed, as where people have replicas; otherwise the wheel's.
    """
    folders = embedded.Folders(folder)
    folders.create()
    debians = [program.parent for program in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = {programs.major_version(folder / "postgres"): folder for folder in debians} or programs.in_wheel()
    binaries, prefix = found[max(found)], embedded.unprivileged(folders)
    embedded.initialise(binaries, folders, prefix)
    standby = folder / "standby"
    with ExitStack() as stack:
        first = _postgres(folders.postgres, binaries, prefix, folders.sockets)
        first.server.start()
        stack.callback(first.server.kill)
        wait_for(lambda: _is_ready(binaries, first.port), "the primary answering")
        copy = [
            "pg_basebackup",
            "-D",
            str(standby),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "-C",
            "-S",
            "standby",
        ]
        copy += ["-d", f"host=127.0.0.1 port={first.port} user={USER} application_name=standby"]
        subprocess.run([*prefix, str(binaries / copy[0]), *copy[1:]], check=True, capture_output=True)
        second = _postgres(standby, binaries, prefix, folders.sockets)
        second.server.start()
        stack.callback(second.server.kill)
        wait_for(lambda: _is_ready(binaries, second.port), "the standby answering")
        _ask(binaries, first.port, f"CREATE DATABASE {DATABASE}")
        for name, value in (("synchronous_commit", "remote_apply"), ("synchronous_standby_names", "standby")):
            _ask(binaries, first.port, f"ALTER SYSTEM SET {name} = '{value}'")
        _ask(binaries, first.port, "SELECT pg_reload_conf()")
        wait_for(
            lambda: _ask(binaries, first.port, "SELECT sync_state FROM pg_stat_replication") == "sync",
            "the standby being waited for",
        )
        yield first, second


def _postgres(data: Path, binaries: Path, prefix: list[str], sockets: Path) -> Postgres:
    port = servers.free_port()
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": sockets}
    options |= {"shared_buffers": "32MB", "max_connections": 60, "fsync": "off"}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return Postgres(Server([*prefix, str(binaries / "postgres"), "-D", str(data), *settings], data), port)


def _is_ready(binaries: Path, port: int) -> bool:
    asked = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(asked, check=False).returncode == 0


def _ask(binaries: Path, port: int, sql: str) -> str:
    command = [str(binaries / "psql"), "-h", "127.0.0.1", "-p", str(port), "-U", USER, "-d", "postgres"]
    done = subprocess.run([*command, "-Atc", sql], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@dataclass(frozen=True)
class Valkeys:
    """Two servers, the first of which is the primary at first, and three sentinels."""

    servers: tuple[Server, Server]
    ports: tuple[int, int]
    sentinel_ports: tuple[int, ...]

    @property
    def url(self) -> str:
        """The address with which Perch is configured."""
        places = ",".join(f"127.0.0.1:{port}" for port in self.sentinel_ports)
        return f"redis+sentinel://{places}/{NAME}/0"

    def primary(self) -> int:
        """The port of the server that the first sentinel considers the primary."""
        return int(_valkey(self.sentinel_ports[0], f"SENTINEL GET-MASTER-ADDR-BY-NAME {NAME}")[1])

    def ready(self) -> bool:
        """Whether each sentinel knows the others and the replica, so that they can agree on a successor."""
        return all(
            {"num-slaves": "1", "num-other-sentinels": "2"}.items() <= _pairs(port).items()
            for port in self.sentinel_ports
        )


@contextmanager
def valkey_pair(folder: Path) -> Iterator[Valkeys]:
    """Both servers with their sentinels."""
    binary, ports = str(valkey.binary()), tuple(servers.free_port() for _ in range(5))
    first, second = ports[:2]
    follows = {first: [], second: ["--replicaof", "127.0.0.1", str(first)]}
    with ExitStack() as stack:
        started = []
        for port in ports:
            place = folder / str(port)
            place.mkdir(parents=True)
            if port in follows:
                command = [binary, "--port", str(port), "--appendonly", "yes", "--save", "", *follows[port]]
                command += ["--repl-diskless-sync-delay", "0"]
            else:
                (place / "sentinel.conf").write_text(_sentinel(port, first))
                command = [binary, "sentinel.conf", "--sentinel"]
            started.append(Server(command, place))
            started[-1].start()
            stack.callback(started[-1].kill)
            wait_for(lambda port=port: _valkey(port, "PING") == ["PONG"], "a Valkey answering")  # type: ignore[misc]
        found = Valkeys((started[0], started[1]), (first, second), ports[2:])
        wait_for(found.ready, "the sentinels knowing each other")
        yield found


def _sentinel(port: int, primary: int) -> str:
    return (
        f"port {port}\nsentinel monitor {NAME} 127.0.0.1 {primary} {QUORUM}\n"
        f"sentinel down-after-milliseconds {NAME} {SILENCE}\nsentinel failover-timeout {NAME} 5000\n"
    )


def _pairs(port: int) -> dict[str, str]:
    said = _valkey(port, f"SENTINEL MASTER {NAME}")
    return dict(zip(said[::2], said[1::2], strict=True))


def _valkey(port: int, words: str) -> list[str]:
    """The lines of a server's answer; none if it doesn't answer."""
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis(port=port, socket_timeout=2, decode_responses=True) as client:
            answer = client.execute_command(*words.split(" "))
    except (RedisError, OSError):
        return []
    if isinstance(answer, dict):
        return [str(part) for pair in answer.items() for part in pair]
    return ["PONG"] if answer is True else [str(part) for part in answer]
