"""Users and their keys, for administrators."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.api_keys import RevokedKeys, RevokeQuery
from server.api.perch.shapes import operations as wire
from server.core.audit import Actor
from server.core.errors import Administrator, KeyNotFound, PublicKey, UserNotFound
from server.core.viewer import Viewer
from server.features.api_keys import api_keys as keys
from server.features.people import roster

bp = Blueprint("roster", url_prefix="/api/operations/users")


class MemberPage(Answer, frozen=True, kw_only=True):
    """A page of users, newest first."""

    users: list[wire.Member]
    next: int | None


class MemberKeys(Answer, frozen=True, kw_only=True):
    """A user's keys that aren't revoked, newest first; of those that have expired, at most 100."""

    keys: list[wire.MemberKey]


class MemberQuery(PageQuery, frozen=True):
    """Which users to list."""

    query: Annotated[str, Meta(description="Part of the handle or the name.")] = ""


@bp.get("/")
@operation(scope="admin", query=MemberQuery, answer=MemberPage)
async def list_users(request: Request, viewer: Viewer, query: MemberQuery) -> MemberPage:
    """List users, newest first, or only those whose handle or name contains a text."""
    page = await roster.listed(query.query, limit=query.size, before=query.before)
    return MemberPage(users=[wire.member(row) for row in page.items], next=page.next)


@bp.get("/<user_id:id>/keys")
@operation(scope="admin", answer=MemberKeys, errors=(UserNotFound,))
async def list_keys(request: Request, viewer: Viewer, user_id: int) -> MemberKeys:
    """List a user's keys. Nobody but the user has the keys themselves."""
    return MemberKeys(keys=[wire.member_key(record) for record in await roster.keys_of(user_id)])


@bp.delete("/<user_id:id>/keys/<key_id:id>")
@operation(
    scope="admin", query=RevokeQuery, answer=RevokedKeys, errors=(KeyNotFound, PublicKey, Administrator)
)
async def revoke_key(
    request: Request, viewer: Viewer, query: RevokeQuery, user_id: int, key_id: int
) -> RevokedKeys:
    """Revoke a user's key. It stops working everywhere at once."""
    ended = await keys.revoke(user_id, key_id, Actor.of(viewer), with_made=query.made)
    return RevokedKeys(revoked=sorted(ended))
