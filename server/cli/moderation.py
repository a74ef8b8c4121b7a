"""`perch users suspend`, `unsuspend`, `delete`, `keep`, `export`, and `perch audit`."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import Any

import click

from server.cli.command import (
    confirm_typed,
    json_option,
    print_json,
    size,
    table,
    with_database,
    with_workshop,
)
from server.cli.people import users
from server.core import audit
from server.core.audit import TERMINAL, Act
from server.core.audit_rows import ActRow
from server.core.paging import NEWEST
from server.features.moderation import suspensions
from server.features.people import accounts
from server.features.people.user import User
from server.features.privacy import archive, deletion
from tasks.workshop import Workshop


@users.command("suspend")
@click.argument("handle")
@click.option(
    "--hide-tweets/--show-tweets",
    default=None,
    help="Hide their tweets until the suspension ends, or show them. Default: no change; initially shown.",
)
@click.option("--reason", help="Why; only administrators see it. Default: no change.")
@json_option
def suspend(handle: str, hide_tweets: bool | None, reason: str | None, as_json: bool) -> None:
    """Suspend a user. Their keys stop working everywhere at once, and their streams end.

    If the user is already suspended, this changes only the options you give.

    \b
    Example:
      perch users suspend mallory --hide-tweets --reason spam
    """

    async def work(workshop: Workshop) -> User:
        user = await accounts.by_handle(handle)
        await suspensions.suspend(user.id, TERMINAL, workshop.jobs, hide_tweets=hide_tweets, reason=reason)
        return await accounts.by_handle(handle)

    user = with_workshop(work)
    if as_json:
        print_json({"id": user.id, "handle": handle, "suspended": True, "hidden": user.hidden})
        return
    click.echo(f"suspended {handle}; their tweets are {'hidden' if user.hidden else 'shown'}")


@users.command("unsuspend")
@click.argument("handle")
@json_option
def unsuspend(handle: str, as_json: bool) -> None:
    """End a suspension. The user's keys work again, and their tweets are shown.

    \b
    Example:
      perch users unsuspend mallory
    """

    async def work(workshop: Workshop) -> tuple[User, bool]:
        user = await accounts.by_handle(handle)
        return user, await suspensions.unsuspend(user.id, TERMINAL, workshop.jobs)

    user, ended = with_workshop(work)
    if as_json:
        print_json({"id": user.id, "handle": handle, "suspended": False, "hidden": False})
        return
    click.echo(f"{handle} {'is no longer suspended' if ended else 'was not suspended'}")


@users.command("delete")
@click.argument("handle")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@json_option
def delete(handle: str, yes: bool, as_json: bool) -> None:
    """Delete a user and everything they have, pictures included. This can't be undone.

    It all disappears from view at once. If this command is interrupted, a worker finishes the job. A user who
    deleted their account and could still keep it is erased now.

    \b
    Example:
      perch users delete mallory
    """
    if not yes:
        confirm_typed(handle, f"Type {handle} to delete this user for ever")

    async def work(workshop: Workshop) -> tuple[int, bool]:
        user = await accounts.by_handle(handle, leaving=True)
        await deletion.delete(user.id, handle, TERMINAL, workshop.jobs)
        return user.id, await deletion.erase(user.id, workshop.store, workshop.media_folder)

    user_id, done = with_workshop(work)
    if as_json:
        print_json({"id": user_id, "handle": handle, "deleted": True, "removed": done})
        return
    click.echo(f"deleted {handle}" if done else f"deleted {handle}; a worker will remove what is left")


@users.command("keep")
@click.argument("handle")
@json_option
def keep(handle: str, as_json: bool) -> None:
    """Keep an account that its user deleted. This works within seven days of the deletion.

    Everything is as it was, and the user's keys work again. Invitation links that they made stay revoked.

    \b
    Example:
      perch users keep alice
    """

    async def work(workshop: Workshop) -> tuple[User, bool]:
        user = await accounts.by_handle(handle, leaving=True)
        return user, await deletion.keep(user.id, workshop.jobs, TERMINAL)

    user, kept = with_workshop(work)
    if as_json:
        print_json({"id": user.id, "handle": handle, "deleted": False, "kept": kept})
        return
    click.echo(f"kept {handle}" if kept else f"{handle} was not being deleted")


@users.command("export")
@click.argument("handle")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write. Default: perch-HANDLE.zip in this folder.",
)
@json_option
def export(handle: str, file: Path | None, as_json: bool) -> None:
    """Write all of a user's data to a zip file: JSON and pictures.

    \b
    Example:
      perch users export alice --to alice.zip
    """
    target = file or Path(f"perch-{handle}.zip")
    if target.exists():
        raise click.ClickException(f"{target} already exists")

    async def work(workshop: Workshop) -> int:
        user = await accounts.by_handle(handle)
        await audit.record(TERMINAL, Act.USER_EXPORTED, user_id=user.id)
        pieces = archive.write(user.id, workshop.store, workshop.media_folder)
        with target.open("xb") as opened:
            target.chmod(0o600)
            async with aclosing(pieces):
                async for piece in pieces:
                    opened.write(piece)
        return target.stat().st_size

    written = with_workshop(work)
    if as_json:
        print_json({"handle": handle, "file": str(target), "size": written})
        return
    click.echo(f"wrote {target} ({size(written)})")


@click.command("audit")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="List at most this many.",
)
@json_option
def list_acts(limit: int, as_json: bool) -> None:
    """List what administrators did, newest first.

    It includes what they did on the terminal and through the API.

    \b
    Example:
      perch audit --limit 20
    """
    page = with_database(lambda: audit.listed(limit=limit, before=NEWEST))
    table([line(row) for row in page.items], as_json)


def line(row: ActRow) -> dict[str, Any]:
    """An act's line."""
    return {
        "id": row.id,
        "at": row.at,
        "by": row.actor.handle if row.actor else "(terminal)" if row.on_terminal else "(deleted)",
        "key": row.key_id,
        "act": row.act,
        "user": row.user.handle if row.user else None,
        "user_id": row.user_id,
        "subject": row.subject_id,
        "details": row.details,
    }


COMMANDS = (users, list_acts)
