"""What commands share: a workshop to work in, tables and progress for people, reasons in one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
import uvloop
from asyncpg.exceptions import InvalidAuthorizationSpecificationError

from config import logging as lines
from config.env_names import no_answer
from config.settings import Settings
from server.core.cache import changes
from server.core.database import migrate, own_server
from server.core.database.connection import database
from server.core.database.connection import row as first_row
from server.core.database.migrate import NewerDatabase
from server.core.database.sessions import SharedSession
from server.core.errors import PerchError
from server.core.transient import is_passing, reason, takes_no_writes
from server.operations.dumps.errors import DumpFailed
from server.processes import for_commands, lock
from storage.base import StorageError
from tasks.broker import create_broker
from tasks.jobs import QueuedJobs
from tasks.workshop import Workshop, opened

T = TypeVar("T")


class Id(click.ParamType[int]):
    """The ID that a list shows at the beginning of each line."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number. Fails if no row could have it as its id."""
        text = str(value)
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and 0 < int(text) < 2**63):
            self.fail(f"{text[:50]!r} isn't an ID. Use the whole number that the list shows.", param, ctx)
        return int(text)


ID = Id()

BUSY = "another dump or restore test is in progress; `perch runs list` shows it"

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


create_option = click.option(
    "--create", is_flag=True, help="Create a new Perch if there is none in the data folder yet."
)

identity_option = click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the age secret key (AGE-SECRET-KEY-1…), for encrypted dumps.",
)


def settings_for_command() -> Settings:
    """The settings, with text for people on standard error."""
    settings = Settings.load()
    lines.configure("perch", "WARNING", shape="text", secrets=settings.secrets)
    return settings


def whose_data(settings: Settings) -> str:
    """The Perch that a command acts on, in words: people may be in another folder than they think."""
    return f"the Perch in {settings.data_folder}" if settings.embedded_database else str(settings.database)


def with_database(work: Callable[[], Awaitable[T]], *, begins: bool = False) -> T:
    """Run `work` with the models usable; our own PostgreSQL is started for it if it isn't running.

    Args:
        begins: whether it may be the first command on this data.
    """
    settings = settings_for_command()

    async def run() -> T:
        await prepare(settings)
        async with database(settings, name="perch command"), changes.told(settings.database):
            await require_migrations()
            return await work()

    with for_commands.database_for_command(settings, begins=begins), reasons(settings):
        return uvloop.run(run())


def with_workshop(work: Callable[[Workshop], Awaitable[T]], *, begins: bool = False) -> T:
    """Run `work` with all that tasks have: database, stores, settings. `begins` as in `with_database`."""
    settings = settings_for_command()
    quiet = settings.embedded_redis and lock.is_free(settings.data_folder)  # workers find it at the start

    async def run() -> T:
        await prepare(settings)
        broker = create_broker(settings.redis_tasks)
        async with opened(settings, QueuedJobs(broker, quiet=quiet)) as workshop:
            await require_migrations()
            return await work(workshop)

    with for_commands.database_for_command(settings, begins=begins), reasons(settings):
        return uvloop.run(run())


async def prepare(settings: Settings) -> None:
    """Migrate the database if it is our own, so that it always has this version."""
    if settings.embedded_database:
        await own_server.prepare(settings.database)
        await migrate.upgrade(settings.database)


async def require_migrations(fetch: Callable[[str], Awaitable[Any]] = first_row) -> None:
    """Raises ClickException if the database has an older or a newer version."""
    if beyond := await migrate.unknown(fetch):
        raise click.ClickException(str(NewerDatabase(beyond)))
    if lacking := await migrate.missing(fetch):
        raise click.ClickException(f"the database lacks {len(lacking)} migrations: run `perch migrate`")


@contextmanager
def reasons(settings: Settings) -> Iterator[None]:
    """Show errors of the domain, of dumps, and of unavailable parts as one line for the operator."""
    try:
        yield
    except click.ClickException:
        raise
    except (PerchError, DumpFailed, NewerDatabase, SharedSession) as error:
        raise click.ClickException(lines.redact(str(error))) from None
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None
        if not is_passing(error) and not isinstance(error, InvalidAuthorizationSpecificationError):
            raise
        if takes_no_writes(error):
            words = f"the database {settings.database} is read-only; it may be a replica"
            raise click.ClickException(words) from None
        said = reason(error)
        words = f"storage doesn't respond: {said}"
        if not isinstance(error, StorageError):
            words = no_answer(settings, "DOCKER_DATABASE", f"the database {settings.database}", said)
        raise click.ClickException(lines.redact(words)) from None


def confirm_typed(word: str, question: str) -> None:
    """Continue only if the operator types the word. Raises ClickException if they don't, or can't."""
    nobody = click.ClickException(
        "nothing was done: this needs confirmation, but there is no terminal (--yes skips the question)"
    )
    if sys.stdin is None:  # closed
        raise nobody
    try:
        answer = click.prompt(question, default="", show_default=False, err=True)
    except click.Abort:
        if sys.stdin.isatty():  # Ctrl+C
            raise
        click.echo(err=True)  # ends the line of the question
        raise nobody from None
    if answer != word:
        raise click.ClickException(f"you didn't type {word}, so nothing was done")


def print_json(value: Any) -> None:
    """Print JSON for scripts, with times in the API's format."""

    def plain(found: Any) -> str:
        return found.isoformat() if isinstance(found, datetime) else str(found)

    click.echo(json.dumps(value, default=plain, ensure_ascii=False))


def table(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    """Print rows for people, or for scripts."""
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("none")
        return
    texts = [{name: cell(value) for name, value in row.items()} for row in rows]
    widths = {name: max(len(name), *(len(row[name]) for row in texts)) for name in texts[0]}
    click.echo("  ".join(name.ljust(width) for name, width in widths.items()).rstrip())
    for row in texts:
        click.echo("  ".join(row[name].ljust(width) for name, width in widths.items()).rstrip())


def cell(value: Any) -> str:
    """A value for people."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return ",".join(map(str, value))
        case dict():
            return " ".join(f"{name}={cell(found)}" for name, found in value.items()) or "-"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case timedelta():
            return f"{value.total_seconds():.1f} s"
        case _:
            return lines.printable(str(value))


def size(count: int) -> str:
    """Bytes for people."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


@contextmanager
def progress(label: str, length: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, otherwise nothing; call what it yields with the bytes so far."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    done = 0
    with click.progressbar(length=length or 1, label=label, file=sys.stderr, show_percent=True) as bar:

        def show(now: int) -> None:
            nonlocal done
            bar.update(min(now, bar.length or now) - done)
            done = min(now, bar.length or now)

        yield show


def manifest_of(file: Path) -> Path:
    """The path of a fetched dump's manifest."""
    return file.with_name(file.name + ".json")


def read_identity(file: Path | None) -> str | None:
    """The secret key in an identity file of age."""
    if file is None:
        return None
    for line in file.read_text(errors="replace").splitlines():
        if line.startswith("AGE-SECRET-KEY-1"):
            return line.strip()
    raise click.ClickException(f"{file} has no age secret key (AGE-SECRET-KEY-1…)")
