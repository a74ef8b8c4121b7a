"""`perch owner`: which Perch the stores of pictures and dumps belong to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
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
    """Show or change which Perch the pictures and dumps belong to.

    Only the owner removes anything, and only the owner stores dumps there.
    """


@owner_group.command("show")
@json_option
def owner_show(as_json: bool) -> None:
    """Show which Perch each store belongs to.

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
        whose = "no Perch that this one knows of" if row["is_nobodys"] else WORDS[Standing(row["standing"])]
        if row["is_damaged"]:
            whose = "unknown: the marker can't be read; `perch owner take-over` writes a new one"
        click.echo(lines.printable(f"{row['store']:<9} {whose}{named}"))


@owner_group.command("take-over")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@json_option
def owner_take_over(yes: bool, as_json: bool) -> None:
    """Make this Perch the owner of its stores, after a move or a restore on another machine.

    The previous owner must no longer be running. If it is started again, it removes nothing and makes no
    dumps there.

    \b
    Example:
      perch owner take-over
    """
    settings = settings_for_command()
    found = with_database(lambda: described(settings))
    others = [row for row in found if row["standing"] != Standing.OWNER.value]
    if any(row["standing"] == Standing.REHEARSAL.value for row in others):
        raise click.ClickException("this Perch is a rehearsal, so it can't take anything over")
    if others and not yes:
        confirm_taking_over(others)
    taken = [row["store"] for row in others]
    if taken:
        with_database(lambda: take_over(settings, taken))
    if as_json:
        print_json({"taken_over": taken})
    else:
        click.echo(f"taken over: {', '.join(taken)}" if taken else "they already belong to this Perch")


def confirm_taking_over(others: Sequence[Mapping[str, Any]]) -> None:
    """Say whose these stores are, and continue only if the operator confirms. Raises ClickException."""
    for row in others:
        whose = f"{row['name']}, since {row['since']:%Y-%m-%d %H:%M}" if row["name"] else "no known Perch"
        click.echo(lines.printable(f"the {row['store']} belong to {whose}"), err=True)
    confirm_typed("take over", "No other Perch may use them from now on. Type 'take over' to continue")


async def described(settings: Settings) -> list[dict[str, Any]]:
    """Each store, its owner, and its standing for this Perch."""
    async with opened(settings) as stores:
        return [
            {"standing": (await of.standing()).value, **await named(name, of)} for name, of in stores.items()
        ]


async def others(settings: Settings, owned: Sequence[str]) -> list[dict[str, Any]]:
    """The stores, besides those, whose marker names a Perch. Claims nothing and needs no database."""
    async with opened(settings) as stores:
        found = [await named(name, of) for name, of in stores.items() if name not in owned]
    return [row for row in found if not row["is_nobodys"] or row["is_damaged"]]


async def named(name: str, of: Ownership) -> dict[str, Any]:
    """A store, and what its marker says."""
    owner, damaged = None, False
    try:
        owner = await of.owner()
    except MarkerDamaged:
        damaged = True
    return {
        "store": name,
        "is_nobodys": owner is None,
        "is_damaged": damaged,
        "name": owner.name if owner else None,
        "since": owner.since if owner else None,
    }


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
    """The ownership of the stores of pictures and of dumps, open during the block."""
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
