"""Follow requests: while your account is locked, people ask before they follow you."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import users as wire
from server.api.perch.users import PeoplePage
from server.core.errors import UserNotFound
from server.core.viewer import Viewer
from server.features.follows import requests

bp = Blueprint("follow_requests", url_prefix="/api/follow-requests")


@bp.get("/")
@operation(scope="read", query=PageQuery, answer=PeoplePage)
async def read(request: Request, viewer: Viewer, query: PageQuery) -> PeoplePage:
    """List the users who ask to follow you, newest request first."""
    page = await requests.of_viewer(viewer, limit=query.size, before=query.before)
    return PeoplePage(users=wire.people(page.items), next=page.next)


@bp.post("/<follower_id:id>")
@operation(scope="write", errors=(UserNotFound,))
async def accept(request: Request, viewer: Viewer, follower_id: int) -> Answer:
    """Accept a user's request: they follow you from now on."""
    await requests.accept(viewer, follower_id)
    return Answer()


@bp.delete("/<follower_id:id>")
@operation(scope="write", errors=(UserNotFound,))
async def decline(request: Request, viewer: Viewer, follower_id: int) -> Answer:
    """Decline a user's request. They aren't notified, but see that it is over, and may ask again."""
    await requests.decline(viewer, follower_id)
    return Answer()
