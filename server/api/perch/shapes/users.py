"""Users in bodies and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.core.security.api_keys import HeldScope
from server.core.viewer import Person
from server.features.moderation.suspension_request import RequestRow
from server.features.people.people import ListedPerson, ProfileRow

encoder = msgspec.json.Encoder()


class User(msgspec.Struct, frozen=True, omit_defaults=True):
    """A user. At most 100 followers and followees stand here; whole lists have their own routes."""

    id: int
    name: str
    handle: str
    created_at: datetime
    followers: Annotated[list[Person], Meta(description="The newest 100, the viewer first.")]
    following: Annotated[list[Person], Meta(description="The newest 100, the viewer first.")]
    followers_count: int
    following_count: int
    tweets_count: int
    version: Annotated[int, Meta(description="Grows with each change of the counters or the name.")]
    followed: Annotated[bool, Meta(description="Whether the viewer follows this user.")]
    suspended: Annotated[bool, Meta(description="By an administrator: no key of theirs works.")] = False
    hidden: Annotated[bool, Meta(description="Whether their tweets are shown to nobody.")] = False
    scopes: Annotated[
        list[HeldScope] | msgspec.UnsetType,
        Meta(description="Of the key that was shown; in one's own only."),
    ] = msgspec.UNSET


class PersonInList(msgspec.Struct, frozen=True):
    """A user in a paged list."""

    id: int
    name: str
    handle: str
    followed: Annotated[bool, Meta(description="Whether the viewer follows this user.")]


class NewName(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body that renames."""

    name: Annotated[str, Meta(description="What is shown: one line of 1 to 50 characters.")]


class Suspension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body that suspends."""

    hide_tweets: Annotated[
        bool | None, Meta(description="Whether nobody sees their tweets. Absent: as it is, shown at first.")
    ] = None
    reason: Annotated[
        str | None,
        Meta(description="For administrators: one line of at most 200 characters. Absent: as it is."),
    ] = None


class NewSuspension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body that asks for an administrator's suspension."""

    user_id: Annotated[int, Meta(ge=1, lt=2**53, description="The administrator.")]
    hide_tweets: Annotated[bool, Meta(description="Whether nobody is to see their tweets.")] = False
    reason: Annotated[str, Meta(description="For administrators: one line of at most 200 characters.")] = ""


class AskedSuspension(msgspec.Struct, frozen=True):
    """A suspension of an administrator that waits for another one's consent."""

    id: int
    user: Person
    asked_by: Person
    asked_at: datetime
    takes_effect_at: Annotated[datetime, Meta(description="When it does where nobody confirms it.")]
    hide_tweets: bool
    reason: str
    may_confirm: Annotated[bool, Meta(description="Whether the viewer may confirm it.")]
    may_withdraw: Annotated[bool, Meta(description="Whether the viewer may withdraw it.")]


def user(row: ProfileRow, scopes: list[HeldScope] | msgspec.UnsetType = msgspec.UNSET) -> User:
    """The user as an answer shows it."""
    return User(
        id=row.id,
        name=row.name,
        handle=row.handle,
        created_at=row.created_at,
        followers=row.followers,
        following=row.following,
        followers_count=row.followers_count,
        following_count=row.following_count,
        tweets_count=row.tweets_count,
        version=row.version,
        followed=row.followed,
        suspended=row.suspended,
        hidden=row.hidden,
        scopes=scopes,
    )


def asked_suspension(row: RequestRow) -> AskedSuspension:
    """The suspension that waits, as an answer shows it."""
    return msgspec.convert(row, AskedSuspension, from_attributes=True)


def one(shown: User) -> bytes:
    """The answer of one user (`OneUser`), as JSON."""
    return b'{"result":true,"user":%b}' % encoder.encode(shown)


def people(found: list[ListedPerson]) -> list[PersonInList]:
    """A page of people as an answer shows them."""
    return [PersonInList(person.id, person.name, person.handle, person.followed) for person in found]
