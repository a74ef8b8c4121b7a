"""`perch users` and `perch keys`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click
from tortoise.expressions import Q

from config.settings import Settings
from server.cli.command import (
    ID,
    create_option,
    json_option,
    print_json,
    table,
    whose_data,
    with_database,
)
from server.core import audit
from server.core.audit import TERMINAL, Act
from server.core.database.connection import transaction
from server.core.security.api_keys import SCOPES, Scope
from server.features.api_keys import api_keys as keys
from server.features.api_keys.api_key import ApiKey
from server.features.people import accounts
from server.features.people.user import User
from server.features.privacy import erasure


@click.group()
def users() -> None:
    """Add, list, suspend, export and delete users."""


@users.command("add")
@click.argument("handle")
@click.option("--name", help="Display name. Default: the handle.")
@click.option("--admin", is_flag=True, help="Make the user an administrator.")
@create_option
@json_option
def add_user(handle: str, name: str | None, admin: bool, create: bool, as_json: bool) -> None:
    """Add a user and print their first key, which is shown only once.

    \b
    Example:
      perch users add alice --name "Alice Liddell" --admin
    """

    async def add() -> tuple[User, str]:
        async with transaction():
            user, key = await accounts.create(handle, name, admin=admin)
            await audit.record(TERMINAL, Act.USER_ADDED, user_id=user.id, admin=admin)
        return user, key

    user, key = with_database(add, begins=create)
    if as_json:
        print_json({**user_row(user), "key": key})
        return
    where = whose_data(Settings.load())
    click.echo(f"added {user.handle} with the ID {user.id} to {where}. This key is shown only once:\n{key}")


@users.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List all users, including those who deleted their account and can still keep it.

    \b
    Example:
      perch users list --json
    """

    async def find() -> list[dict[str, Any]]:
        leaving = await erasure.all_leaving()
        there = Q(deleted_at=None) | Q(id__in=list(leaving))
        found = await collected(User.filter(there).order_by("id"))
        return [{**user_row(user), "erase_after": leaving.get(user.id)} for user in found]

    table(with_database(find), as_json)


@click.group("keys")
def keys_group() -> None:
    """Create, list and revoke API keys."""


@keys_group.command("create")
@click.argument("handle")
@click.option("--name", default="made by an operator", show_default=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="A scope of the key. Can be given several times. Default: all that the user may have.",
)
@click.option("--days", type=click.IntRange(1, 36_500), help="Days until it expires. Default: never.")
@json_option
def create_key(handle: str, name: str, scopes: tuple[Scope, ...], days: int | None, as_json: bool) -> None:
    """Make another key for a user and print it. The key is shown only once.

    \b
    Example:
      perch keys create alice --name "read-only bot" --scope read --days 90
    """
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None

    async def create() -> tuple[ApiKey, str]:
        user = await accounts.by_handle(handle)
        async with transaction():
            record, key = await keys.create(user, name, scopes or None, expires_at)
            await audit.record(
                TERMINAL, Act.KEY_MADE, user_id=user.id, subject_id=record.id, scopes=record.scopes
            )
        return record, key

    record, key = with_database(create)
    if as_json:
        row = {**key_row(record), "user": handle, "key": key}
        print_json(row)
        return
    click.echo(f"made key {record.id} for {handle}. It is shown only once:\n{key}")


@keys_group.command("list")
@click.option("--user", "handle", help="Only keys of this user.")
@json_option
def list_keys(handle: str | None, as_json: bool) -> None:
    """List keys that aren't revoked. The keys themselves aren't stored, so they can't be shown.

    \b
    Example:
      perch keys list --user alice
    """

    async def find() -> list[ApiKey]:
        query = ApiKey.filter(revoked_at=None).order_by("id").select_related("user")
        if handle is not None:
            query = query.filter(user_id=(await accounts.by_handle(handle)).id)
        return await collected(query)

    found = with_database(find)
    table([{**key_row(record), "user": record.user.handle} for record in found], as_json)


@keys_group.command("revoke")
@click.argument("key_id", metavar="ID", type=ID)
@click.option(
    "--made", is_flag=True, help="Also revoke keys that were made with it, for example after a theft."
)
@json_option
def revoke_key(key_id: int, made: bool, as_json: bool) -> None:
    """Revoke a key by its ID. It stops working everywhere at once.

    \b
    Example:
      perch keys revoke 12 --made
    """

    async def revoke() -> list[int]:
        record = await (ApiKey if made else ApiKey.filter(revoked_at=None)).get_or_none(id=key_id)
        if record is None:
            raise click.ClickException(f"no key with the ID {key_id} can be revoked")
        return await keys.revoke(record.user_id, key_id, TERMINAL, with_made=made)

    revoked = sorted(with_database(revoke))
    if as_json:
        print_json({"revoked": revoked})
        return
    for ended in revoked:
        click.echo(f"revoked key {ended}")


async def collected(query: Any) -> list[Any]:
    """All rows of a query."""
    return list(await query)


def user_row(user: User) -> dict[str, Any]:
    """A user's line."""
    return {
        "id": user.id,
        "handle": user.handle,
        "name": user.name,
        "admin": user.is_admin,
        "suspended": user.suspended_at is not None,
        "tweets": user.tweets_count,
        "created_at": user.created_at,
    }


def key_row(record: ApiKey) -> dict[str, Any]:
    """A key's line."""
    return {
        "id": record.id,
        "name": record.name,
        "scopes": record.scopes,
        "created_at": record.created_at,
        "expires_at": record.expires_at,
        "made_with": record.made_with_id,
    }


COMMANDS = (keys_group,)
