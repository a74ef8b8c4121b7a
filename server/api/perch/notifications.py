"""Notifications: read them, how many are unread, mark them as read; and ask for those of new tweets."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import notifications as wire
from server.api.perch.shapes.notifications import Notification
from server.api.perch.shapes.quoted import WithQuoted
from server.api.perch.tweets import pages
from server.core.errors import NotFollowed, UserNotFound
from server.core.viewer import Viewer
from server.features.notifications import new_tweets, notifications
from server.features.notifications.feature import NOTIFY
from server.features.notifications.notifications import MOST_UNREAD

bp = Blueprint("notifications", url_prefix="/api")


class NotificationsTab(StrEnum):
    """Which notifications: all, replies and mentions, or new followers and those who ask to be."""

    ALL = "all"
    MENTIONS = "mentions"
    FOLLOWS = "follows"


KINDS = {
    NotificationsTab.ALL: notifications.ALL,
    NotificationsTab.MENTIONS: notifications.MENTIONS,
    NotificationsTab.FOLLOWS: notifications.FOLLOWS,
}


class NotificationsQuery(PageQuery, frozen=True):
    """Which notifications, and which part of them."""

    tab: NotificationsTab = NotificationsTab.ALL


class NotificationsPage(WithQuoted, frozen=True, kw_only=True):
    """A page of notifications, newest first."""

    notifications: list[Notification]
    next: Annotated[int | None, Meta(description="Send this as `before` to get the next page.")]


class Unread(Answer, frozen=True, kw_only=True):
    """How much is unread."""

    unread: Annotated[int, Meta(description=f"How many notifications are unread; {MOST_UNREAD} means more.")]


class ReadUpTo(msgspec.Struct, frozen=True):
    """What was read."""

    up_to: Annotated[int, Meta(ge=0, description="The `id` of the newest notification that was read.")]


@bp.get("/notifications")
@operation(scope="read", query=NotificationsQuery, answer=NotificationsPage)
async def read(request: Request, viewer: Viewer, query: NotificationsQuery) -> Rendered:
    """Read what others did in the last 90 days that concerns you, newest first.

    Likes of a tweet on one day are one notification, as are new followers of one day. Undoing an act removes
    it; doing it again doesn't notify you again. Your own acts don't notify you.
    """
    return Rendered(
        await notifications.read(
            viewer,
            pages(request),
            context(request).memory.store,
            kinds=KINDS[query.tab],
            limit=query.size,
            before=query.before,
            render=wire.page,
        )
    )


@bp.get("/notifications/unread")
@operation(scope="read", answer=Unread)
async def unread(request: Request, viewer: Viewer) -> Unread:
    """Count your unread notifications. The live stream tells you when this changes."""
    return Unread(unread=await notifications.unread_of(viewer, context(request).memory.store))


@bp.post("/notifications/read")
@operation(scope="write", body=ReadUpTo, answer=Unread)
async def mark_read(request: Request, viewer: Viewer, body: ReadUpTo) -> Unread:
    """Mark notifications as read, on all your devices: all up to the given one."""
    return Unread(unread=await notifications.mark_read(viewer, body.up_to))


@bp.post("/users/<user_id:id>/notify")
@operation(scope="write", limit=NOTIFY, errors=(UserNotFound, NotFollowed))
async def notify(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Be notified when a followee tweets. Their reposts, and their replies to others, don't notify you."""
    await new_tweets.turn(viewer, user_id, on=True)
    return Answer()


@bp.delete("/users/<user_id:id>/notify")
@operation(scope="write", errors=(UserNotFound, NotFollowed))
async def notify_no_longer(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """No longer be notified when a followee tweets. Unfollowing them has the same effect."""
    await new_tweets.turn(viewer, user_id, on=False)
    return Answer()
