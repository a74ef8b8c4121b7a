"""`perch owner`: which Perch the stores of pictures and dumps belong to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import click

import storage
from config import logging as lines
from config.settings import Settings
from server.cli.command import confirm_typed, json_option, print_json, settings_for_command, with_database
from server.core import audit
from server.core.audit import TERMINAL, Act
from server.core.database.connection import transaction
from server.operations.ownership import MarkerDamaged, Ownership
from storage.owned import Standing
from tasks.workshop import ownership_of_backups, ownership_of_pictures

WORDS = {
    Standing.OWNER: "this Perch",
    Standing.GUEST: "another Perch",
    Standing.REHEARSAL: "another Perch; this one is a rehearsal, which only reads",
}


@click.group("owner")
def owner_group() -> None:
    """Show or change which Perch the stored pictures and dumps belong to.

    Only the owner removes anything, and only its dumps go into the store of dumps.
    """


@owner_group.command("show")
@json_option
def owner_show(as_json: bool) -> None:
    """Say whose the stores are.

    \b
    Example:
      perch owner show
    """
    settings = settings_for_command()
    found = with_database(lambda: described(settings))
    if as_json:
        print_json(found)
        return
    for row in found:
        named = f": {row['name']}, since {row['since']:%Y-%m-%d %H:%M}" if row["name"] else ""
        whose = "nobody that this Perch knows" if row["is_nobodys"] else WORDS[Standing(row["standing"])]
        if row["is_damaged"]:
            whose = "unknown, as the marker cannot be read: `perch owner take-over` writes it anew"
        click.echo(lines.printable(f"{row['store']:<9} {whose}{named}"))


@owner_group.command("take-over")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@json_option
def owner_take_over(yes: bool, as_json: bool) -> None:
    """Make this Perch the owner of its stores, after a move or a restore on another machine.

    The Perch that owned them must not run any more: from now on it removes nothing, and makes no dumps there.

    \b
    Example:
      perch owner take-over
    """
    settings = settings_for_command()
    found = with_database(lambda: described(settings))
    others = [row for row in found if row["standing"] != Standing.OWNER.value]
    if any(row["standing"] == Standing.REHEARSAL.value for row in others):
        raise click.ClickException("this Perch is a rehearsal, which takes nothing over")
    if others and not yes:
        for row in others:
            whose = f"{row['name']}, since {row['since']:%Y-%m-%d %H:%M}" if row["name"] else "nobody known"
            click.echo(lines.printable(f"{row['store']} belong to {whose}"), err=True)
        confirm_typed("take over", "Nothing else may use them any more. Type 'take over' to go on")
    taken = [row["store"] for row in others]
    if taken:
        with_database(lambda: take_over(settings, taken))
    if as_json:
        print_json({"taken_over": taken})
    else:
        click.echo(f"taken over: {', '.join(taken)}" if taken else "they belong to this Perch already")


async def described(settings: Settings) -> list[dict[str, Any]]:
    """Each store, and whose it is."""
    found = []
    async with opened(settings) as stores:
        for name, of in stores.items():
            standing, owner, damaged = await of.standing(), None, False
            try:
                owner = await of.owner()
            except MarkerDamaged:
                damaged = True
            found.append(
                {
                    "store": name,
                    "standing": standing.value,
                    "is_nobodys": owner is None,
                    "is_damaged": damaged,
                    "name": owner.name if owner else None,
                    "since": owner.since if owner else None,
                }
            )
    return found


async def take_over(settings: Settings, names: Sequence[str], *, on_record: bool = True) -> None:
    """Make this Perch the owner of these stores. The audit log says who owned them before."""
    async with opened(settings) as stores:
        for name in names:
            before = await stores[name].take_over()
            if not on_record:
                continue
            whose = before.name if before else None
            async with transaction():
                await audit.record(TERMINAL, Act.STORE_TAKEN_OVER, store=name, before=whose)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[dict[str, Ownership]]:
    """Whose the stores of pictures and of dumps are, while the block lasts."""
    pictures, backups = storage.for_pictures(settings), storage.for_backups(settings)
    async with AsyncExitStack() as stack:
        for store in (pictures, backups):
            await store.open()
            stack.push_async_callback(store.close)
        yield {
            "pictures": ownership_of_pictures(pictures, settings),
            "dumps": ownership_of_backups(backups, settings),
        }


COMMANDS = (owner_group,)
