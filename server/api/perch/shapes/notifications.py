"""Notifications in answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.shapes.tweets import Tweet
from server.core.viewer import Person
from server.features.notifications import notifications
from server.features.notifications.notifications import NAMED, NotificationKind, NotificationPage


class Notification(msgspec.Struct, frozen=True):
    """Something that others did."""

    id: Annotated[int, Meta(description="The cursor. It grows when somebody else does the same.")]
    kind: NotificationKind
    people: Annotated[list[Person], Meta(description=f"Who did it, newest first; at most {NAMED}.")]
    people_count: Annotated[int, Meta(description="How many people did it.")]
    tweet: Annotated[
        Tweet | None,
        Meta(description="Your tweet that they like or reposted, or theirs; null for new followers."),
    ]
    created_at: Annotated[datetime, Meta(description="When the newest of them did it.")]
    unread: bool


def notification(one: notifications.Notification) -> bytes:
    """A notification as JSON (`Notification`)."""
    return b'{"id":%d,"kind":%b,"people":%b,"people_count":%d,"tweet":%b,"created_at":%b,"unread":%b}' % (
        one.id,
        msgspec.json.encode(one.kind),
        msgspec.json.encode(one.people),
        one.people_count,
        one.tweet or b"null",
        msgspec.json.encode(one.at),
        b"true" if one.unread else b"false",
    )


def page(found: NotificationPage) -> bytes:
    """The answer of a page (`NotificationsPage`)."""
    items = b",".join(map(notification, found.items))
    return b'{"result":true,"notifications":[%b],"next":%b}' % (items, msgspec.json.encode(found.next))
