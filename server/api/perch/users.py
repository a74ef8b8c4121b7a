"""Users: your own account, other users, and their followers and followees."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta
from sanic import Blueprint, Request

from server.api.http import admission
from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch import dialect
from server.api.perch.shapes import users as wire
from server.api.perch.shapes.users import NewProfile, PersonInList, Suspension, User
from server.core.audit import Actor
from server.core.errors import (
    Administrator,
    Blocked,
    BrokenPicture,
    InvalidBody,
    MediaNotFound,
    SelfFollow,
    UserNotFound,
)
from server.core.prefixes import MAX_COMPLETIONS
from server.core.security.api_keys import HELD_SCOPES
from server.core.viewer import Viewer
from server.features.follows import follows
from server.features.follows.feature import REQUESTS
from server.features.follows.suggestions import MAX_SUGGESTIONS, suggestions
from server.features.media.media_attachment import Purpose
from server.features.mentions.completions import completions
from server.features.moderation import suspensions
from server.features.people import accounts, directory
from server.features.people.about import Changes
from server.features.people.directory import Order
from server.features.people.feature import CHANGES

bp = Blueprint("users", url_prefix="/api/users")


class OneUser(Answer, frozen=True, kw_only=True):
    """One user."""

    user: User


class Followed(Answer, frozen=True, kw_only=True):
    """What came of following a user. Old clients know nothing but `result`."""

    requested: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="`true` if their account is locked: you follow them once they accept. Else absent."),
    ] = msgspec.UNSET


class PeoplePage(Answer, frozen=True, kw_only=True):
    """A page of users, newest first."""

    users: list[PersonInList]
    next: int | None


class Suggestions(Answer, frozen=True, kw_only=True):
    """Users whom the viewer might follow or mention, the likeliest first."""

    users: list[PersonInList]


class SuggestionsQuery(msgspec.Struct, frozen=True):
    """How many users to suggest."""

    limit: Annotated[int, Meta(ge=0, description=f"The most users to return, {MAX_SUGGESTIONS} at most.")] = 5


class MembersQuery(PageQuery, frozen=True):
    """A page of the members, and their order."""

    order: Annotated[
        Order,
        Meta(
            description="`active`: the authors of the newest 1,000 tweets for everyone; `new`: all members."
        ),
    ] = Order.ACTIVE


class CompletionsQuery(msgspec.Struct, frozen=True):
    """What was typed of a mention, and how many users to list."""

    prefix: Annotated[str, Meta(description="What was typed after the @; empty for the likeliest users.")] = (
        ""
    )
    limit: Annotated[int, Meta(ge=0, description=f"The most users to return, {MAX_COMPLETIONS} at most.")] = 8


@bp.get("/me")
@operation(scope="read", answer=OneUser)
async def me(request: Request, viewer: Viewer) -> Rendered:
    """Read your own account, with the scopes of the key you use."""
    return Rendered(await myself(request, viewer))


@bp.patch("/me")
@operation(
    scope="account", body=NewProfile, answer=OneUser, limit=CHANGES, errors=(MediaNotFound, BrokenPicture)
)
async def change(request: Request, viewer: Viewer, body: NewProfile) -> Rendered:
    """Change your profile: your name, pictures, and what you say about yourself. What you leave out stays."""
    if body == NewProfile():
        raise InvalidBody("Give at least one of name, avatar_id, header_id, bio, pronouns, fields and bot.")
    given = {Purpose.AVATAR: body.avatar_id, Purpose.HEADER: body.header_id}
    changed = await accounts.change(
        viewer,
        body.name,
        Changes(body.bio, body.pronouns, body.fields, body.bot),
        {purpose: number for purpose, number in given.items() if number is not UNSET},
        context(request).jobs,
    )
    return Rendered(await myself(request, changed))


async def myself(request: Request, viewer: Viewer) -> bytes:
    """The response about the viewer, cached as it is sent."""

    async def render() -> bytes:
        scopes = [scope for scope in HELD_SCOPES if scope in viewer.scopes]
        return wire.one(wire.user(await accounts.profile(viewer, viewer.id), scopes))

    key = (dialect.NAME, "myself", viewer.id, viewer.scopes)
    needed = accounts.own_profile_needs(viewer)
    return (await context(request).memory.store.fetch(key, needed, render, size=len)).value


@bp.get("/<user_id:id>")
@operation(scope="read", answer=OneUser, errors=(UserNotFound,))
async def read(request: Request, viewer: Viewer, user_id: int) -> OneUser:
    """Read a user."""
    return OneUser(user=wire.user(await accounts.profile(viewer, user_id)))


@bp.get("/by-handle/<handle:str>")
@operation(scope="read", answer=OneUser, errors=(UserNotFound,))
async def read_by_handle(request: Request, viewer: Viewer, handle: str) -> OneUser:
    """Read the user with this handle. Upper case counts as lower case."""
    user = await accounts.by_handle(handle.lower())
    return OneUser(user=wire.user(await accounts.profile(viewer, user.id)))


@bp.get("/suggestions")
@operation(scope="read", query=SuggestionsQuery, answer=Suggestions)
async def suggest(request: Request, viewer: Viewer, query: SuggestionsQuery) -> Suggestions:
    """List users to follow: whom your followees follow, then who tweeted lately, then new members."""
    return Suggestions(users=wire.people(await suggestions(viewer, limit=query.limit)))


@bp.get("/completions")
@operation(scope="read", query=CompletionsQuery, answer=Suggestions)
async def complete(request: Request, viewer: Viewer, query: CompletionsQuery) -> Suggestions:
    """List users whom a mention may mean, by the beginning of their handle or name.

    Those whom you mention and reply to most come first, then those you follow.
    """
    found = await completions(viewer, query.prefix, limit=query.limit)
    return Suggestions(users=wire.people(found))


@bp.get("/members")
@operation(scope="read", query=MembersQuery, answer=PeoplePage)
async def members(request: Request, viewer: Viewer, query: MembersQuery) -> PeoplePage:
    """List the members: those who tweeted lately, or the newest. Suspended users aren't listed."""
    page = await directory.members(viewer, query.order, limit=query.size, before=query.before)
    return PeoplePage(users=wire.people(page.items), next=page.next)


@bp.post("/<user_id:id>/follow")
@operation(scope="write", answer=Followed, errors=(UserNotFound, SelfFollow, Blocked))
async def follow(request: Request, viewer: Viewer, user_id: int) -> Followed:
    """Follow a user, or ask to if their account is locked. Doing it again succeeds and changes nothing."""
    if await follows.is_locked(user_id):
        await admission.admit_amount(request, context(request).rates, viewer, REQUESTS, 1)
    return Followed(requested=await follows.follow(viewer, user_id) or msgspec.UNSET)


@bp.delete("/<user_id:id>/follow")
@operation(scope="write", errors=(UserNotFound,))
async def unfollow(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Unfollow a user, or withdraw your request. This also succeeds if there is neither."""
    await follows.unfollow(viewer, user_id)
    return Answer()


@bp.delete("/<user_id:id>/follower")
@operation(scope="write", errors=(UserNotFound,))
async def remove_follower(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Make a user stop following you. They aren't told, and may follow you again."""
    await follows.remove_follower(viewer, user_id)
    return Answer()


@bp.post("/<user_id:id>/suspension")
@operation(scope="admin", body=Suspension, body_needed=False, errors=(UserNotFound, Administrator))
async def suspend(request: Request, viewer: Viewer, body: Suspension, user_id: int) -> Answer:
    """Suspend a user. Their keys stop working everywhere at once, and their streams end.

    If the user is already suspended, this changes only the fields you send. To suspend an administrator, use
    `POST /api/operations/suspensions`.
    """
    jobs = context(request).jobs
    by = Actor.of(viewer)
    await suspensions.suspend(user_id, by, jobs, hide_tweets=body.hide_tweets, reason=body.reason)
    return Answer()


@bp.delete("/<user_id:id>/suspension")
@operation(scope="admin", errors=(UserNotFound, Administrator))
async def unsuspend(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """End a suspension. The user's keys work again, and their tweets are shown."""
    await suspensions.unsuspend(user_id, Actor.of(viewer), context(request).jobs)
    return Answer()


@bp.get("/<user_id:id>/followers")
@operation(scope="read", query=PageQuery, answer=PeoplePage, errors=(UserNotFound,))
async def followers(request: Request, viewer: Viewer, query: PageQuery, user_id: int) -> PeoplePage:
    """List a user's followers, newest first."""
    page = await follows.followers(viewer, user_id, limit=query.size, before=query.before)
    return PeoplePage(users=wire.people(page.items), next=page.next)


@bp.get("/<user_id:id>/following")
@operation(scope="read", query=PageQuery, answer=PeoplePage, errors=(UserNotFound,))
async def following(request: Request, viewer: Viewer, query: PageQuery, user_id: int) -> PeoplePage:
    """List the users whom a user follows, newest first."""
    page = await follows.following(viewer, user_id, limit=query.size, before=query.before)
    return PeoplePage(users=wire.people(page.items), next=page.next)
