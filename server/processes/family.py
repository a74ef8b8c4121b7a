"""`perch up` and `perch serve`: which programs, in which order, and what the operator reads meanwhile."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import logging
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import asyncpg

from config.settings import Settings
from server.domain.passing import is_passing
from server.main import (
    listening_socket,
    run_migrations,
    run_scheduler,
    run_web,
    run_worker,
    start_process,
    web_app,
)
from server.processes import embedded, lock
from server.processes.supervisor import Program, ProgramFailed, Supervisor, forked
from storage.local import LocalStore

log = logging.getLogger(__name__)

Say = Callable[[str], None]

# The web processes of a killed parent let go of the address within this time. Seconds.
ADDRESS_PATIENCE = 15

# The database may have gone since it was migrated; the block does not wait for it longer. Seconds.
PATIENCE = 5


def up(settings: Settings, say: Say) -> None:
    """Everything on one machine, until a signal.

    Raises:
        ProgramFailed, FolderInUse, EmbeddedUnavailable: with the reason for the operator.
    """
    folders = embedded.Folders(settings.data_folder)
    folders.create()
    lock.acquire(folders.data, on_wait=lambda: say("waiting for the processes of an earlier start to end"))
    remove_leftovers(settings)
    listener = bind(settings, patience=ADDRESS_PATIENCE)
    stages: list[list[Program]] = []
    servers = []
    if settings.embedded_database:
        servers.append(embedded.postgres(settings))
    if settings.embedded_redis:
        servers.append(embedded.valkey(settings))
    if servers:
        say(f"starting {' and '.join(program.name for program in servers)}, data in {folders.data}")
        stages.append(servers)
    stages.append([migration(settings)])
    stages.append(web(settings, listener))
    stages.append(
        [
            Program("worker", forked("worker", lambda: run_worker(settings))),
            Program("scheduler", forked("scheduler", lambda: run_scheduler(settings))),
        ]
    )
    Supervisor(stages).run(on_ready=lambda: say(banner(settings)))
    say("stopped")


def remove_leftovers(settings: Settings) -> None:
    """What an earlier family was killed over; under the lock, so that nobody is using it."""
    LocalStore(settings.objects_folder).remove_leftovers()
    for path in settings.scratch_folder.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def serve(settings: Settings, say: Say) -> None:
    """The web processes alone, until a signal. Raises ProgramFailed."""
    listener = bind(settings, patience=0)
    address = f"{url(settings)} with {settings.web_concurrency} processes"
    Supervisor([web(settings, listener)]).run(on_ready=lambda: say(f"serving {address}"))


def migration(settings: Settings) -> Program:
    """Migrations as a step of the start."""

    def run() -> None:
        start_process(settings, "migrate")
        try:
            run_migrations(settings)
        except Exception as error:
            if not is_passing(error):
                raise
            log.error("the database %s does not answer: %s", settings.database, error)
            sys.exit(1)

    return Program("the migration", forked("migrate", run), once=True, ready_within=600)


def web(settings: Settings, listener: socket.socket) -> list[Program]:
    """The web processes. The application is made before they are forked, so that they share it."""
    app = web_app(settings)

    def program(name: str) -> Program:
        return Program(name, forked(name, lambda: run_web(app, settings, listener, name)))

    programs = [program(f"web-{number}") for number in range(1, settings.web_concurrency + 1)]
    programs[-1].ready = lambda: answers(settings)
    return programs


def bind(settings: Settings, *, patience: float) -> socket.socket:
    """The listening socket; where the address is taken, tried for a while."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return listening_socket(settings)
        except OSError as error:
            if (
                error.errno == errno.EADDRINUSE
                and time.monotonic() < deadline
                and not someone_answers(settings)
            ):
                time.sleep(0.2)
                continue
            where = f"{settings.host}:{settings.port}"
            taken = f"PORT: {where} is taken by another program; set PORT to a free one"
            other = f"HOST: cannot listen on {where}: {error.strerror or error}"
            raise ProgramFailed(taken if error.errno == errno.EADDRINUSE else other) from None


def someone_answers(settings: Settings) -> bool:
    """Whether a living program accepts connections there, rather than one that is about to end."""
    try:
        with socket.create_connection(local_address(settings), timeout=1) as client:
            client.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
            return bool(client.recv(1))
    except OSError:
        return False


def answers(settings: Settings) -> bool:
    """Whether the web processes do; that they are ready for everything, `GET /health/ready` says."""
    host, port = local_address(settings)
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def local_address(settings: Settings) -> tuple[str, int]:
    """Where this machine reaches the server."""
    return settings.local_host, settings.port


def url(settings: Settings) -> str:
    """The address for a browser on this machine."""
    return settings.local_url


def banner(settings: Settings) -> str:
    """What a person wants to know once it runs."""
    bucket, objects = f"bucket {settings.s3_bucket_name}", str(settings.objects_folder)
    rows = {
        "Open": url(settings),
        "Data": str(settings.data_folder),
        "Pictures": objects if settings.object_storage == "local" else bucket,
        "Interface": f"{url(settings)}/api/docs",
        "Stop": "Ctrl+C",
    }
    if settings.host not in local_address(settings):
        rows["Open"] += " here; from elsewhere this machine's name or address"
    command = command_name()
    if settings.demo:
        rows["Demo keys"] = "test (Иван) and test1 (Катя)"
    if not has_administrator(settings):
        rows["First"] = f"make an administrator: {command} users add HANDLE --admin, which prints a key,"
        rows[""] = f"or {command} invite --admin, which prints a link"
    elif not settings.demo:
        rows["New people"] = f"{command} invite, which prints a link; or users add HANDLE, which prints a key"
    if trouble := not_ready(settings):
        rows["But"] = trouble
    lines = [f"  {name:<10} {value}" for name, value in rows.items()]
    rule = "-" * max(map(len, lines))
    return "\n".join(["", rule, f"  {settings.instance_name} is running", *lines, rule, ""])


def has_administrator(settings: Settings) -> bool:
    """Whether anybody can invite others; where that cannot be told, it is taken as so."""

    async def ask() -> bool:
        connection = await asyncpg.connect(**settings.database.connect_arguments(), timeout=PATIENCE)
        try:
            found = await connection.fetchval(
                "SELECT EXISTS (SELECT 1 FROM users WHERE is_admin)", timeout=PATIENCE
            )
        finally:
            await connection.close(timeout=PATIENCE)
        return bool(found)

    try:
        return asyncio.run(ask())
    except Exception as error:
        if not is_passing(error):
            raise
        return True


def command_name() -> str:
    """How this command was called, so that a person can call it again."""
    called = Path(sys.argv[0])
    if shutil.which(called.name) == str(called):
        return called.name
    return str(called.relative_to(Path.cwd()) if called.is_relative_to(Path.cwd()) else called)


def not_ready(settings: Settings) -> str | None:
    """What `GET /health/ready` complains of."""
    try:
        with urllib.request.urlopen(f"{url(settings)}/health/ready", timeout=10):  # noqa: S310 (our own)
            return None
    except urllib.error.HTTPError as error:
        found: str = json.loads(error.read())["error_message"]
        return found
    except OSError as error:
        return str(error)
