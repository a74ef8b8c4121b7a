"""`perch kept`: the databases that restores set aside, or created with --into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import click
import uvloop

from server.cli.command import (
    confirm_typed,
    json_option,
    print_json,
    reasons,
    settings_for_command,
    size,
    table,
)
from server.processes import for_commands
from tasks.dumps import kept_databases
from tasks.dumps.kept_databases import MAINTENANCE
from tasks.dumps.postgres import connected

T = TypeVar("T")


@click.group("kept")
def kept_group() -> None:
    """List and drop databases that restores set aside, or created with --into."""


@kept_group.command("list")
@json_option
def list_kept(as_json: bool) -> None:
    """List databases that restores set aside or created with --into, oldest first.

    \b
    Example:
      perch kept list
    """
    found = with_server(kept_databases.listed)
    rows = [
        {
            "name": database.name,
            "since": database.since,
            "bytes": database.bytes if as_json or database.bytes is None else size(database.bytes),
        }
        for database in found
    ]
    table(rows, as_json)


@kept_group.command("drop")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@json_option
def drop_kept(name: str, yes: bool, as_json: bool) -> None:
    """Drop a database that a restore set aside or created with --into. This can't be undone.

    A database that someone is connected to isn't dropped.

    \b
    Example:
      perch kept drop perch_before_20261124T180500_5f3a
    """
    if not yes:
        confirm_typed(name, f"Type {name} to drop it for ever")
    with_server(lambda server, in_use: kept_databases.forget(server, in_use, name))
    if as_json:
        print_json({"name": name, "dropped": True})
        return
    click.echo(f"dropped {name}")


def with_server(work: Callable[[asyncpg.Connection, str], Awaitable[T]]) -> T:
    """Run `work` with a server connection and the name of the current database, which may not exist."""
    settings = settings_for_command()

    async def run() -> T:
        async with connected(settings.database, MAINTENANCE) as server:
            return await work(server, settings.database.database)

    with for_commands.database_for_command(settings), reasons(settings):
        return uvloop.run(run())


COMMANDS = (kept_group,)
