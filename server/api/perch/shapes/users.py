"""Users in bodies and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.core.security.api_keys import HeldScope
from server.core.viewer import Avatar, Person
from server.features.moderation.suspension_request import RequestRow
from server.features.people import about
from server.features.people.about import Field
from server.features.people.people import ListedPerson, ProfileRow

encoder = msgspec.json.Encoder()


class ShownField(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a profile."""

    name: str
    value: str
    verified_at: Annotated[
        datetime | None,
        Meta(
            description="Since when the page that `value` links to is known to link back to this profile "
            'with `rel="me"`; absent if it isn\'t.'
        ),
    ] = None


class User(msgspec.Struct, frozen=True, omit_defaults=True):
    """A user, with at most 100 followers and followees; the whole lists have their own routes."""

    id: int
    name: str
    handle: str
    created_at: datetime
    followers: Annotated[list[Person], Meta(description="The newest 100, with the viewer first.")]
    following: Annotated[list[Person], Meta(description="The newest 100, with the viewer first.")]
    followers_count: int
    following_count: int
    tweets_count: int
    version: Annotated[int, Meta(description="Increases with each change of the counters or the name.")]
    followed: Annotated[bool, Meta(description="Whether the viewer follows this user.")]
    requested: Annotated[bool, Meta(description="Whether the viewer asks to follow this user.")] = False
    locked: Annotated[bool, Meta(description="Whether this user decides who may follow them.")] = False
    reposts_hidden: Annotated[
        bool, Meta(description="Whether this user's reposts are left out of the viewer's Following timeline.")
    ] = False
    notify: Annotated[bool, Meta(description="Whether the viewer is notified of this user's new tweets.")] = (
        False
    )
    follows_you: Annotated[bool, Meta(description="Whether this user follows the viewer.")] = False
    blocking: Annotated[bool, Meta(description="Whether the viewer blocks this user.")] = False
    blocked_by: Annotated[bool, Meta(description="Whether this user blocks the viewer.")] = False
    muting: Annotated[bool, Meta(description="Whether the viewer mutes this user.")] = False
    notifications_muted: Annotated[
        bool, Meta(description="Whether the viewer mutes notifications about what this user does, too.")
    ] = False
    muted_until: Annotated[
        datetime | None, Meta(description="When the mute ends; absent if it doesn't end by itself.")
    ] = None
    avatar: Avatar = None
    header: Annotated[
        str | None,
        Meta(
            description="The wide picture on top of their profile, 1500 pixels wide; with `-small` after it, "
            "600. Absent if they have none."
        ),
    ] = None
    bio: Annotated[
        str, Meta(description="What they say about themselves; may contain links and mentions.")
    ] = ""
    pronouns: str = ""
    fields: Annotated[list[ShownField], Meta(description="Lines of their profile, such as a website.")] = []
    bot: Annotated[bool, Meta(description="Whether they say that a program tweets with this account.")] = (
        False
    )
    known_followers: Annotated[
        list[Person],
        Meta(description="Up to three of their followers who are among the newest 300 whom you follow."),
    ] = []
    known_followers_count: Annotated[int, Meta(description="How many there are.")] = 0
    note: Annotated[str, Meta(description="What the viewer has noted about them; nobody else sees it.")] = ""
    suspended: Annotated[bool, Meta(description="By an administrator: none of their keys work.")] = False
    hidden: Annotated[bool, Meta(description="Whether their tweets are hidden from everyone.")] = False
    scopes: Annotated[
        list[HeldScope] | msgspec.UnsetType,
        Meta(description="The scopes of the key you use; only in your own account."),
    ] = msgspec.UNSET


class PersonInList(msgspec.Struct, frozen=True, omit_defaults=True):
    """A user in a paged list."""

    id: int
    name: str
    handle: str
    followed: Annotated[bool, Meta(description="Whether the viewer follows this user.")]
    avatar: Avatar = None


class NewProfile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that changes your profile."""

    name: Annotated[str | None, Meta(description="The display name: one line of 1 to 50 characters.")] = None
    avatar_id: Annotated[
        int | UnsetType | None,
        Meta(description="A picture that you uploaded with the purpose `avatar`; null for none."),
    ] = UNSET
    header_id: Annotated[
        int | UnsetType | None,
        Meta(description="A picture that you uploaded with the purpose `header`; null for none."),
    ] = UNSET
    bio: Annotated[
        str | None,
        Meta(
            description=f"Up to {about.BIO_MAX_LENGTH} characters about yourself. Links, mentions and "
            "hashtags work."
        ),
    ] = None
    pronouns: Annotated[
        str | None, Meta(description=f"One line of up to {about.PRONOUNS_MAX_LENGTH} characters.")
    ] = None
    fields: Annotated[
        list[Field] | None,
        Meta(
            description=f"Up to {about.MAX_FIELDS} lines, which replace those that you have: names of up to "
            f"{about.FIELD_NAME_MAX_LENGTH} characters, values of up to {about.FIELD_VALUE_MAX_LENGTH}. "
            "Empty ones are dropped."
        ),
    ] = None
    bot: Annotated[bool | None, Meta(description="Whether a program tweets with this account.")] = None


class Suspension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that suspends a user."""

    hide_tweets: Annotated[
        bool | None, Meta(description="Whether to hide their tweets. Default: no change; shown at first.")
    ] = None
    reason: Annotated[
        str | None,
        Meta(description="For administrators: one line of at most 200 characters. Default: no change."),
    ] = None


class NewSuspension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that asks for an administrator's suspension."""

    user_id: Annotated[int, Meta(ge=1, lt=2**53, description="The administrator.")]
    hide_tweets: Annotated[bool, Meta(description="Whether to hide their tweets from everyone.")] = False
    reason: Annotated[str, Meta(description="For administrators: one line of at most 200 characters.")] = ""


class AskedSuspension(msgspec.Struct, frozen=True):
    """A suspension of an administrator that is waiting for another one's consent."""

    id: int
    user: Person
    asked_by: Person
    asked_at: datetime
    takes_effect_at: Annotated[datetime, Meta(description="When it takes effect if nobody confirms it.")]
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
        requested=row.requested,
        locked=row.locked,
        reposts_hidden=row.reposts_hidden,
        notify=row.notify,
        follows_you=row.follows_viewer,
        blocking=row.relation.blocking,
        blocked_by=row.relation.blocked_by,
        muting=row.relation.muting,
        notifications_muted=row.relation.notifications_muted,
        muted_until=row.relation.muted_until,
        avatar=row.avatar,
        header=row.header,
        bio=row.about.bio,
        pronouns=row.about.pronouns,
        fields=[field(one, row.about.verified or {}) for one in row.about.fields],
        bot=row.about.is_bot,
        known_followers=row.known_followers.some,
        known_followers_count=row.known_followers.count,
        note=row.note or "",
        suspended=row.suspended,
        hidden=row.hidden,
        scopes=scopes,
    )


def field(line: Field, verified: Mapping[str, datetime]) -> ShownField:
    """A line of a profile as an answer shows it."""
    return ShownField(line.name, line.value, verified.get(line.value))


def asked_suspension(row: RequestRow) -> AskedSuspension:
    """The suspension that waits, as an answer shows it."""
    return msgspec.convert(row, AskedSuspension, from_attributes=True)


def one(shown: User) -> bytes:
    """The answer of one user (`OneUser`), as JSON."""
    return b'{"result":true,"user":%b}' % encoder.encode(shown)


def people(found: list[ListedPerson]) -> list[PersonInList]:
    """A page of people as an answer shows them."""
    return [
        PersonInList(person.id, person.name, person.handle, person.followed, person.avatar)
        for person in found
    ]
