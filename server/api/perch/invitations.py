"""Invitations: administrators make links, with which anyone can become a member, or get a new key."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sanic import Blueprint, Request

from config.values import is_origin
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import invitations as wire
from server.api.perch.shapes.invitations import Invitation, Join, Joining, NewInvitation, NewMember, Token
from server.core.audit import Actor
from server.core.errors import Administrator, HandleTaken, InvitationNotFound, NoConsent, UserNotFound
from server.core.viewer import Person, Viewer
from server.features.invitations import invitations

bp = Blueprint("invitations", url_prefix="/api")


class MadeInvitation(Answer, frozen=True, kw_only=True):
    """A new invitation."""

    invitation: Invitation
    token: Annotated[str, Meta(description="The end of the link. It is shown only once.")]
    url: Annotated[str, Meta(description="The link. It begins with PUBLIC_URL if that is set.")]


class InvitationPage(Answer, frozen=True, kw_only=True):
    """A page of invitations, newest first."""

    invitations: list[Invitation]
    next: int | None


class JoinAnswer(Answer, frozen=True, kw_only=True):
    """What a link is for."""

    join: Join


class Joined(Answer, frozen=True, kw_only=True):
    """The user, and a key."""

    user: Person
    key: Annotated[str, Meta(description="The key itself. It is shown only once.")]


@bp.post("/invitations")
@operation(
    scope=("admin", "account"),
    body=NewInvitation,
    body_needed=False,
    answer=MadeInvitation,
    status=201,
    errors=(UserNotFound, Administrator, NoConsent),
)
async def make(request: Request, viewer: Viewer, body: NewInvitation) -> MadeInvitation:
    """Make an invitation link for new users, or a recovery link for a user who lost a key."""
    made, token = await invitations.make(
        by=Actor.of(viewer),
        uses=body.max_uses,
        days=body.expires_in_days,
        note=body.note,
        user_id=body.user_id,
        admin=body.admin,
    )
    return MadeInvitation(
        invitation=wire.invitation(made), token=token, url=wire.link(origin(request), token)
    )


@bp.get("/invitations")
@operation(scope="admin", query=PageQuery, answer=InvitationPage)
async def list_invitations(request: Request, viewer: Viewer, query: PageQuery) -> InvitationPage:
    """List invitations and their state, newest first."""
    page = await invitations.listed(limit=query.size, before=query.before)
    return InvitationPage(invitations=[wire.invitation(row) for row in page.items], next=page.next)


@bp.delete("/invitations/<invitation_id:id>")
@operation(scope=("admin", "account"), errors=(InvitationNotFound,))
async def revoke(request: Request, viewer: Viewer, invitation_id: int) -> Answer:
    """Revoke an invitation. Its link stops working at once. Those who used it keep their accounts."""
    await invitations.revoke(invitation_id, Actor.of(viewer))
    return Answer()


@bp.post("/join/link")
@operation(scope=None, body=Token, answer=JoinAnswer, errors=(InvitationNotFound,))
async def look(request: Request, body: Token) -> JoinAnswer:
    """Read what a link is for. This doesn't use it up."""
    return await _read(request, body.token)


@bp.post("/join")
@operation(scope=None, body=Joining, answer=Joined, status=201, errors=(InvitationNotFound, HandleTaken))
async def join(request: Request, body: Joining) -> Joined:
    """Use a link. A new user chooses a handle and a name; an existing one gets another key as well."""
    return await _accept(body.token, body.handle, body.name)


@bp.get("/join/<token:str>")
@operation(scope=None, answer=JoinAnswer, errors=(InvitationNotFound,))
async def read(request: Request, token: str) -> JoinAnswer:
    """Read what a link is for. Proxies may log this address, so prefer `POST /api/join/link`."""
    return await _read(request, token)


@bp.post("/join/<token:str>")
@operation(
    scope=None,
    body=NewMember,
    body_needed=False,
    answer=Joined,
    status=201,
    errors=(InvitationNotFound, HandleTaken),
)
async def accept(request: Request, token: str, body: NewMember) -> Joined:
    """Use a link. Proxies may log this address, so prefer `POST /api/join`."""
    return await _accept(token, body.handle, body.name)


async def _read(request: Request, token: str) -> JoinAnswer:
    found = await invitations.read(token)
    return JoinAnswer(join=wire.join(found, context(request).settings.instance_name))


async def _accept(token: str, handle: str | None, name: str | None) -> Joined:
    user, key = await invitations.accept(token, handle, name)
    return Joined(user=Person(user.id, user.name, user.handle, user.avatar), key=key)


def origin(request: Request) -> str:
    """The start of links: the setting, else the address of the request, ignoring what a proxy adds."""
    settings = context(request).settings
    asked = f"{request.scheme}://{request.host}"
    return settings.public_origin or (asked if is_origin(asked) else settings.local_url)
