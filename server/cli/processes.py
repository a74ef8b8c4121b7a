"""`perch up`, and commands for its parts."""

from __future__ import annotations

import click
import uvloop
from asyncpg.exceptions import InvalidAuthorizationSpecificationError, InvalidCatalogNameError

from config import logging as lines
from config.env_names import no_answer, unknown_names, unused_names
from config.settings import Settings
from server.processes import lock


def settings_for_process(name: str) -> Settings:
    """Load the settings, and set up this process' logging."""
    settings = Settings.load()
    lines.configure_process(settings, name)
    if unused := unused_names():
        names = ", ".join(unused)
        lines.logger.info("ignoring settings that only the first implementation used: %s", names)
    if unknown := unknown_names():
        lines.logger.warning(".env has settings that Perch doesn't know: %s", ", ".join(unknown))
    return settings


def settings_for_part(name: str) -> Settings:
    """Do the same for a part that needs servers run by someone else, and a database of this version."""
    settings = settings_for_process(name)
    needed = {"DATABASE_URL": settings.embedded_database, "REDIS_URL": settings.embedded_redis}
    missing = " and ".join(setting for setting, embedded in needed.items() if embedded)
    if missing and lock.is_free(settings.data_folder):
        reason = f"because no `perch up` is running on the data in {settings.data_folder}"
        raise click.ClickException(f"{missing}: must be set here, {reason}")
    uvloop.run(refuse_old_database(settings))
    return settings


async def refuse_old_database(settings: Settings) -> None:
    """Raises ClickException if migrations are missing, or a pooler lends sessions.

    An unavailable database is ignored here; it is dealt with later.
    """
    from server.cli.command import require_migrations
    from server.core.database import sessions
    from server.core.database.connecting import connect
    from server.core.database.connection import CONNECT_TIMEOUT
    from server.core.transient import is_passing

    try:
        # Not through the pool, whose errors don't distinguish an unavailable database from a missing one.
        connection = await connect(settings.database, within=CONNECT_TIMEOUT)
        try:
            await require_migrations(connection.fetchrow)
        finally:
            await connection.close(timeout=CONNECT_TIMEOUT)
        if not settings.embedded_database:
            await sessions.require_own(settings.database)
    except sessions.SharedSession as error:
        raise click.ClickException(str(error)) from None
    except (InvalidAuthorizationSpecificationError, InvalidCatalogNameError) as error:
        raise click.ClickException(lines.redact(f"the database {settings.database}: {error}")) from None
    except Exception as error:
        if not is_passing(error):
            raise
        words = no_answer(settings, "DOCKER_DATABASE", f"the database {settings.database}", error)
        lines.logger.warning("%s", words)


checked = click.option(
    "--check",
    is_flag=True,
    hidden=True,
    help="Load everything that a start needs, then exit; used by a reload.",
)


@click.command()
@checked
def up(check: bool) -> None:
    """Run everything on this machine until Ctrl+C.

    Starts its own PostgreSQL (unless DATABASE_URL or DOCKER_DATABASE is set) and its own Valkey (unless
    REDIS_URL or DOCKER_REDIS is set), applies migrations, and runs the web processes, a worker and a
    scheduler.

    \b
    Example:
      PORT=8080 DATA_DIR=/srv/perch perch up
    """
    from server.processes import family

    settings = settings_for_process("perch")
    if check:
        family.check(settings)
    else:
        family.up(settings, click.echo)


@click.command()
@checked
def serve(check: bool) -> None:
    """Run only the web processes, as many as WEB_CONCURRENCY says.

    \b
    Example:
      DATABASE_URL=postgresql://perch@db/perch REDIS_URL=redis://cache perch serve
    """
    from server.processes import family

    settings = settings_for_part("perch")
    if check:
        family.check_address(settings)
    else:
        family.serve(settings, click.echo)


@click.command()
def worker() -> None:
    """Run one worker: pictures, dumps, clean-up and other tasks.

    \b
    Example:
      WORKER_CONCURRENCY=4 perch worker
    """
    from server.main import run_worker

    run_worker(settings_for_part("worker"))


@click.command()
def scheduler() -> None:
    """Run one scheduler, which queues recurring tasks.

    \b
    Example:
      perch scheduler
    """
    from server.main import run_scheduler

    run_scheduler(settings_for_part("scheduler"))


@click.command()
def migrate() -> None:
    """Apply this version's migrations. If several of these commands run at once, they take turns.

    \b
    Example:
      perch migrate
    """
    from server.cli.command import reasons
    from server.main import run_migrations
    from server.processes import for_commands

    settings = settings_for_process("migrate")
    with for_commands.database_for_command(settings, begins=True), reasons(settings):
        applied = run_migrations(settings)
    count = f"{len(applied)} migration{'' if len(applied) == 1 else 's'}"
    click.echo(f"applied {count}" if applied else "nothing to apply")


COMMANDS = (up, serve, worker, scheduler, migrate)
