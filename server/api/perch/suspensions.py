"""Suspensions of administrators, which one asks for and another confirms."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.operation import operation
from server.api.perch.shapes import users as wire
from server.api.perch.shapes.users import AskedSuspension, NewSuspension
from server.core.audit import Actor
from server.core.errors import NoConsent, SuspensionAsked, SuspensionNotFound, UserNotFound
from server.core.viewer import Viewer
from server.features.moderation import suspension_requests

bp = Blueprint("suspensions", url_prefix="/api/operations/suspensions")


class AskedSuspensions(Answer, frozen=True, kw_only=True):
    """All pending suspensions, oldest first."""

    suspensions: list[AskedSuspension]


class OneSuspension(Answer, frozen=True, kw_only=True):
    """One pending suspension."""

    suspension: AskedSuspension


@bp.get("/")
@operation(scope="admin", answer=AskedSuspensions)
async def list_waiting(request: Request, viewer: Viewer) -> AskedSuspensions:
    """List suspensions of administrators that are waiting for confirmation."""
    found = await suspension_requests.waiting(viewer.id)
    return AskedSuspensions(suspensions=[wire.asked_suspension(row) for row in found])


@bp.post("/")
@operation(
    scope="admin",
    body=NewSuspension,
    answer=OneSuspension,
    status=201,
    errors=(UserNotFound, SuspensionAsked, NoConsent),
)
async def ask(request: Request, viewer: Viewer, body: NewSuspension) -> OneSuspension:
    """Ask for the suspension of another administrator.

    It takes effect when a second administrator confirms it, or after 72 hours, provided that the key you
    asked with isn't revoked. Until then, the administrator in question can't make links and has no say in
    suspensions of administrators.
    """
    made = await suspension_requests.ask(
        body.user_id, Actor.of(viewer), hide_tweets=body.hide_tweets, reason=body.reason
    )
    return OneSuspension(suspension=wire.asked_suspension(made))


@bp.post("/<suspension_id:id>/confirmation")
@operation(scope="admin", errors=(SuspensionNotFound, NoConsent))
async def confirm(request: Request, viewer: Viewer, suspension_id: int) -> Answer:
    """Confirm a suspension that another administrator asked for. It takes effect at once."""
    await suspension_requests.confirm(suspension_id, Actor.of(viewer), context(request).jobs)
    return Answer()


@bp.delete("/<suspension_id:id>")
@operation(scope="admin", errors=(SuspensionNotFound, NoConsent))
async def withdraw(request: Request, viewer: Viewer, suspension_id: int) -> Answer:
    """Withdraw a pending suspension. The administrator to be suspended can't do this."""
    await suspension_requests.withdraw(suspension_id, Actor.of(viewer))
    return Answer()
