"""Users: your own account, other users, and their followers and followees."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch import dialect
from server.api.perch.shapes import users as wire
from server.api.perch.shapes.users import NewName, PersonInList, Suspension, User
from server.core.audit import Actor
from server.core.errors import Administrator, SelfFollow, UserNotFound
from server.core.security.api_keys import HELD_SCOPES
from server.core.viewer import Viewer
from server.features.follows import follows
from server.features.moderation import suspensions
from server.features.people import accounts

bp = Blueprint("users", url_prefix="/api/users")


class OneUser(Answer, frozen=True, kw_only=True):
    """One user."""

    user: User


class PeoplePage(Answer, frozen=True, kw_only=True):
    """A page of users, newest first."""

    users: list[PersonInList]
    next: int | None


@bp.get("/me")
@operation(scope="read", answer=OneUser)
async def me(request: Request, viewer: Viewer) -> Rendered:
    """Read your own account, with the scopes of the key you use."""
    return Rendered(await myself(request, viewer))


@bp.patch("/me")
@operation(scope="account", body=NewName, answer=OneUser)
async def rename(request: Request, viewer: Viewer, body: NewName) -> Rendered:
    """Change your display name."""
    renamed = await accounts.rename(viewer, body.name)
    return Rendered(await myself(request, renamed))


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


@bp.post("/<user_id:id>/follow")
@operation(scope="write", errors=(UserNotFound, SelfFollow))
async def follow(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Follow a user. Following them again succeeds and changes nothing."""
    await follows.follow(viewer, user_id)
    return Answer()


@bp.delete("/<user_id:id>/follow")
@operation(scope="write", errors=(UserNotFound,))
async def unfollow(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Unfollow a user. This also succeeds if you don't follow them."""
    await follows.unfollow(viewer, user_id)
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
