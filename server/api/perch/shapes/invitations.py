"""Invitations in bodies and answers. A token is in one answer only, the one that made it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.core.viewer import Person
from server.features.invitations.invitation import (
    DAYS,
    MAX_DAYS,
    MAX_USES,
    InvitationRow,
    OpenInvitation,
    State,
)


class NewInvitation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that makes an invitation."""

    max_uses: Annotated[int, Meta(ge=1, le=MAX_USES, description="How many people can use it.")] = 1
    expires_in_days: Annotated[int, Meta(ge=1, le=MAX_DAYS)] = DAYS
    note: Annotated[str, Meta(description="For administrators: one line of at most 200 characters.")] = ""
    user_id: Annotated[
        Annotated[int, Meta(ge=1, lt=2**53)] | None,
        Meta(description="An existing user, who gets another key. The link then works once."),
    ] = None
    admin: Annotated[bool, Meta(description="Whether anyone who uses it becomes an administrator.")] = False


class Invitation(msgspec.Struct, frozen=True):
    """An invitation, without its token."""

    id: int
    state: State
    note: str
    admin: bool
    max_uses: int
    used: int
    created_at: datetime
    expires_at: datetime
    created_by: Annotated[Person | None, Meta(description="Null if it was made on the terminal.")]
    user: Annotated[Person | None, Meta(description="The existing user it is for, if any.")]


class NewMember(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that uses an invitation. If it is for an existing user, leave out both fields."""

    handle: Annotated[
        str | None,
        Meta(description="Required for a new user: 1 to 30 of a-z, 0-9 and _. It can't be changed later."),
    ] = None
    name: Annotated[
        str | None,
        Meta(description="The display name: one line of 1 to 50 characters. Default: the handle."),
    ] = None


class Token(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that asks what a link is for."""

    token: Annotated[str, Meta(description="The end of the link, after the `#`.")]


class Joining(NewMember, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """The request body that uses a link. If it is for an existing user, leave out handle and name."""

    token: Annotated[str, Meta(description="The end of the link, after the `#`.")]


class Join(msgspec.Struct, frozen=True):
    """What a link is for."""

    kind: Literal["new", "recovery"]
    instance: Annotated[str, Meta(description="The name of the server.")]
    admin: Annotated[bool, Meta(description="Whether anyone who uses it becomes an administrator.")]
    handle: Annotated[str | None, Meta(description="Of the existing user, if this is a recovery link.")]
    name: str | None
    expires_at: datetime


def invitation(row: InvitationRow) -> Invitation:
    """The invitation as an answer shows it."""
    return msgspec.convert(row, Invitation, from_attributes=True)


def link(origin: str, token: str) -> str:
    """The link. Browsers send no server what stands behind a `#`, so none on the way writes it into a log."""
    return f"{origin}/join#{token}"


def join(found: OpenInvitation, instance: str) -> Join:
    """What the link is for, as an answer shows it."""
    return Join(
        kind="new" if found.user_id is None else "recovery",
        instance=instance,
        admin=found.admin,
        handle=found.handle,
        name=found.name,
        expires_at=found.expires_at,
    )
