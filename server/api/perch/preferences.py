"""Preferences: what you have chosen for yourself."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.operation import operation
from server.core.viewer import Viewer
from server.features.follows import requests
from server.features.people import preferences
from server.features.visibility.visibility import Visibility

bp = Blueprint("preferences", url_prefix="/api/preferences")

DefaultVisibility = Annotated[
    Visibility, Meta(description="Who may see your tweets, unless a tweet says otherwise.")
]

DefaultSensitive = Annotated[
    bool, Meta(description="Whether the pictures of your tweets are covered, unless a tweet says otherwise.")
]

Locked = Annotated[
    bool, Meta(description="Whether users who want to follow you need your consent (`/api/follow-requests`).")
]


class Preferences(Answer, frozen=True, kw_only=True):
    """What you have chosen."""

    default_visibility: DefaultVisibility
    default_sensitive: DefaultSensitive
    locked: Locked
    time_zone: Annotated[str | None, Meta(description="Null if you haven't chosen one.")]


class NewPreferences(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that changes preferences. What it doesn't name stays."""

    default_visibility: DefaultVisibility | None = None
    default_sensitive: DefaultSensitive | None = None
    locked: Locked | None = None
    time_zone: Annotated[
        str | None,
        Meta(
            description="The name of your time zone in the IANA database. Clients show the times of "
            "scheduled tweets in it."
        ),
    ] = None


@bp.get("/")
@operation(scope="read", answer=Preferences)
async def read(request: Request, viewer: Viewer) -> Preferences:
    """Read your preferences."""
    return Preferences(**(await preferences.read(viewer))._asdict())


@bp.patch("/")
@operation(scope="account", body=NewPreferences, answer=Preferences)
async def change(request: Request, viewer: Viewer, body: NewPreferences) -> Preferences:
    """Change your preferences.

    Tweets that you have published stay as they are. If you lock your account, followers stay. If you
    unlock it, all requests to follow you are accepted.
    """
    now = await requests.change_preferences(
        viewer,
        default_visibility=body.default_visibility,
        default_sensitive=body.default_sensitive,
        locked=body.locked,
        time_zone=body.time_zone,
    )
    return Preferences(**now._asdict())
