"""`perch up` and `perch serve`: which programs they start, in which order, and what the operator reads."""

from __future__ import annotations

import errno
import logging
import mmap
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from config.env_names import no_answer
from config.settings import Settings
from config.version import VERSION
from server.core.database.migrate import NewerDatabase
from server.core.database.sessions import SharedSession
from server.core.transient import is_passing
from server.main import (
    listening_socket,
    run_migrations,
    run_scheduler,
    run_web,
    run_worker,
    start_process,
    web_app,
)
from server.processes import embedded, lock, succession
from server.processes.banner import banner
from server.processes.succession import Succession
from server.processes.supervisor import Program, ProgramFailed, Supervisor, forked
from server.processes.valkey import valkey
from storage.local import LocalStore

log = logging.getLogger(__name__)

Say = Callable[[str], None]

# After at most this many seconds, the web processes of a killed parent have released the address.
ADDRESS_PATIENCE = 15

# A stopping process that hasn't closed everything this many seconds after SHUTDOWN_TIMEOUT is killed.
GIVEN_UP_AFTER = 5


def up(settings: Settings, say: Say) -> None:
    """Run everything on one machine, until a signal.

    Raises:
        ProgramFailed, FolderInUse, EmbeddedUnavailable: with the reason for the operator.
    """
    folders = embedded.Folders(settings.data_folder)
    folders.create()
    earlier = succession.inherited()
    if earlier is None:
        lock.acquire(folders.data, on_wait=lambda what: say(f"waiting for {what} to exit"))
        remove_leftovers(settings)
    else:
        lock.adopt(earlier.lock)
    listener = taken_over(earlier, settings) or bind(settings, patience=ADDRESS_PATIENCE)
    stages: list[list[Program]] = []
    servers = []
    if settings.embedded_database:
        servers.append(embedded.postgres(settings))
    if settings.embedded_redis:
        servers.append(valkey(settings))
    if servers:
        stages.append(servers)
        if earlier is None:
            say(f"starting {' and '.join(program.name for program in servers)}, with data in {folders.data}")
    stages.append([migration(settings)])
    stages.append(web(settings, listener))
    stages.append(
        [
            program(settings, "worker", lambda: run_worker(settings)),
            program(settings, "scheduler", lambda: run_scheduler(settings)),
        ]
    )
    run(stages, earlier, listener, settings, on_ready=lambda: say(banner(settings)))
    say("stopped")


def run(
    stages: list[list[Program]],
    earlier: Succession | None,
    listener: socket.socket,
    settings: Settings,
    on_ready: Callable[[], None],
) -> None:
    """Run the stages until a signal, or until a later image of this process takes over.

    `earlier` is what an earlier image of this process handed on, if there was one.
    """

    def renew(pids: Mapping[str, int]) -> None:
        succession.hand_on(pids, listener, address(settings), lock.held())

    def ready() -> None:
        if earlier is None:
            on_ready()
        else:
            log.info("reloaded, now running version %s", VERSION)

    Supervisor(stages, earlier.pids if earlier else None).run(on_ready=ready, on_renewal=renew)


def taken_over(earlier: Succession | None, settings: Settings) -> socket.socket | None:
    """The socket that the earlier image listened on, if this one must listen on the same address.

    Otherwise the socket is closed: clients are refused there once the earlier web processes are gone.
    """
    if earlier is None:
        return None
    if earlier.where == address(settings):
        return earlier.listener
    earlier.listener.close()
    return None


def address(settings: Settings) -> str:
    """The address to listen on, as written in the settings."""
    return f"{settings.host}:{settings.port}"


def check(settings: Settings) -> None:
    """Try what may go wrong when a running `up` is reloaded; the new version applies its migrations.

    Raises ProgramFailed, or what the database raises if it can't be migrated.
    """
    check_address(settings)
    web_app(settings)
    try:
        run_migrations(settings)
    except (NewerDatabase, SharedSession) as error:
        raise ProgramFailed(str(error)) from None


def check_address(settings: Settings) -> None:
    """If a reload changes the address to listen on, check that it is free. Raises ProgramFailed."""
    listens = os.environ.get(succession.LISTENS, address(settings))
    if listens == address(settings):
        return
    if listens.endswith(f":{settings.port}"):
        raise ProgramFailed(f"HOST: changing {listens} to {address(settings)} needs a restart")
    bind(settings, patience=0).close()


def remove_leftovers(settings: Settings) -> None:
    """Remove files left by an earlier family that was killed. We hold the lock, so nobody uses them."""
    LocalStore(settings.objects_folder).remove_leftovers()
    for path in settings.scratch_folder.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def serve(settings: Settings, say: Say) -> None:
    """Run only the web processes, until a signal. Raises ProgramFailed."""
    earlier = succession.inherited()
    listener = taken_over(earlier, settings) or bind(settings, patience=0)
    words = f"serving {settings.local_url} with {settings.web_concurrency} processes"
    run([web(settings, listener)], earlier, listener, settings, on_ready=lambda: say(words))


def migration(settings: Settings) -> Program:
    """The program that applies migrations during startup."""

    def run() -> None:
        start_process(settings, "migrate")
        try:
            run_migrations(settings)
        except (NewerDatabase, SharedSession) as error:
            log.error("%s", error)
            sys.exit(1)
        except Exception as error:
            if not is_passing(error):
                raise
            log.error(
                "%s", no_answer(settings, "DOCKER_DATABASE", f"the database {settings.database}", error)
            )
            sys.exit(1)

    return Program("the migration", forked("migrate", run), once=True, ready_within=600)


def web(settings: Settings, listener: socket.socket) -> list[Program]:
    """The web processes. The application is created before they are forked, so that they share its memory."""
    app = web_app(settings)
    serving = mmap.mmap(-1, settings.web_concurrency)  # shared memory: each process sets its own byte
    programs = []
    for index in range(settings.web_concurrency):
        name = f"web-{index + 1}"
        work = partial(run_web, app, settings, listener, name, partial(serving.__setitem__, index, 1))
        programs.append(program(settings, name, work))
        programs[-1].ready = partial(is_set, serving, index)
    return programs


def is_set(flags: mmap.mmap, index: int) -> bool:
    """Whether the process with this index has set its byte."""
    return bool(flags[index])


def program(settings: Settings, name: str, work: Callable[[], None]) -> Program:
    """One of our own programs. When told to stop, it finishes what is under way."""
    return Program(name, forked(name, work), stop_within=settings.shutdown_timeout + GIVEN_UP_AFTER)


def bind(settings: Settings, *, patience: float) -> socket.socket:
    """Open the listening socket. If the address is in use, retry for `patience` seconds."""
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
            taken = f"PORT: another program is using {where}; set PORT to a free port"
            other = f"HOST: can't listen on {where}: {error.strerror or error}"
            raise ProgramFailed(taken if error.errno == errno.EADDRINUSE else other) from None


def someone_answers(settings: Settings) -> bool:
    """Whether a live program answers at the address, rather than one that is about to end."""
    try:
        with socket.create_connection(local_address(settings), timeout=1) as client:
            client.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
            return bool(client.recv(1))
    except OSError:
        return False


def local_address(settings: Settings) -> tuple[str, int]:
    """The host and port at which this machine reaches the server."""
    return settings.local_host, settings.port
