"""`perch invite` and `perch invitations`."""

from __future__ import annotations

from typing import Any

import click

from config.settings import Settings
from config.values import is_loopback
from server.api.perch.shapes.invitations import link
from server.cli.command import (
    ID,
    create_option,
    json_option,
    print_json,
    table,
    whose_data,
    with_database,
)
from server.core.paging import NEWEST
from server.features.invitations import invitations
from server.features.invitations.invitation import DAYS, MAX_DAYS, MAX_USES, InvitationRow
from server.features.people import accounts

# How many invitations are listed: more than anyone wants to read on a terminal.
LISTED = 1000


@click.command()
@click.option(
    "--uses",
    type=click.IntRange(1, MAX_USES),
    default=1,
    show_default=True,
    help="How many people can use the link.",
)
@click.option(
    "--days",
    type=click.IntRange(1, MAX_DAYS),
    default=DAYS,
    show_default=True,
    help="Days until the link expires.",
)
@click.option("--note", default="", help="What the link is for; only administrators see it.")
@click.option("--for", "handle", metavar="HANDLE", help="Give a new key to a user who lost theirs.")
@click.option("--admin", is_flag=True, help="Make the person who uses the link an administrator.")
@create_option
@json_option
def invite(
    uses: int, days: int, note: str, handle: str | None, admin: bool, create: bool, as_json: bool
) -> None:
    """Make an invitation link and print it. The link is shown only once.

    Anyone who opens it chooses a handle and a name, and gets a key; with --for, the user only gets another
    key. The link begins with PUBLIC_URL.

    \b
    Examples:
      perch invite --uses 30 --days 14 --note "class 7b"
      perch invite --for alice          alice lost her key
    """
    if handle is not None and (uses != 1 or admin):
        raise click.UsageError("--for can't be combined with --uses or --admin")

    async def make() -> tuple[InvitationRow, str]:
        user_id = None if handle is None else (await accounts.by_handle(handle)).id
        return await invitations.make(uses=uses, days=days, note=note, user_id=user_id, admin=admin)

    made, token = with_database(make, begins=create)
    settings = Settings.load()
    url = link(settings.public_origin or settings.local_url, token)
    if as_json:
        print_json({**line(made), "token": token, "url": url})
        return
    click.echo(f"{meaning(made)} It is for {whose_data(settings)}, and shown only once:\n{url}")
    if settings.public_url is None and (settings.mode == "PROD" or not is_loopback(settings.host)):
        click.echo(
            "PUBLIC_URL isn't set: the link may begin with an address that others can't reach.", err=True
        )


def meaning(made: InvitationRow) -> str:
    """A sentence that says what a link is for."""
    whom = f"another key for {made.user.handle}" if made.user else "an administrator" if made.admin else None
    people = "one person" if made.max_uses == 1 else f"{made.max_uses} people"
    until = f"until {made.expires_at:%Y-%m-%d %H:%M} UTC"
    return f"{whom or 'a new user'}: for {people}, {until}."


@click.group("invitations")
def invitations_group() -> None:
    """List and revoke invitations."""


@invitations_group.command("list")
@json_option
def list_invitations(as_json: bool) -> None:
    """List invitations, newest first. Their links aren't stored, so they can't be shown.

    \b
    Example:
      perch invitations list
    """
    page = with_database(lambda: invitations.listed(limit=LISTED, before=NEWEST))
    table([line(row) for row in page.items], as_json)


@invitations_group.command("revoke")
@click.argument("invitation_id", metavar="ID", type=ID)
@json_option
def revoke(invitation_id: int, as_json: bool) -> None:
    """Revoke an invitation by its ID. Its link stops working at once.

    \b
    Example:
      perch invitations revoke 3
    """
    with_database(lambda: invitations.revoke(invitation_id))
    if as_json:
        print_json({"id": invitation_id, "revoked": True})
        return
    click.echo(f"revoked invitation {invitation_id}")


def line(row: InvitationRow) -> dict[str, Any]:
    """An invitation's line."""
    return {
        "id": row.id,
        "state": row.state,
        "used": row.used,
        "max_uses": row.max_uses,
        "for": row.user.handle if row.user else None,
        "admin": row.admin,
        "by": row.created_by.handle if row.created_by else None,
        "expires_at": row.expires_at,
        "note": row.note,
    }


COMMANDS = (invite, invitations_group)
