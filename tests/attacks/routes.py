"""All routes of an application, taken from its router, and what the matrix of keys must know about some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from server.api.http import openapi
from server.api.http.operation import Operation
from server.api.perch.edits import EditedTweet
from server.api.perch.lists import ChangedList, NewList
from server.api.perch.notes import NewNote
from server.api.perch.notifications import ReadUpTo
from server.api.perch.polls import Choices
from server.api.perch.preferences import NewPreferences
from server.api.perch.relations import NewMute
from server.api.perch.shapes.api_keys import NewKey
from server.api.perch.shapes.drafts import SavedDraft
from server.api.perch.shapes.invitations import NewInvitation
from server.api.perch.shapes.media import DescribedPicture
from server.api.perch.shapes.new_tweets import Changes, NewThread, NewTweet
from server.api.perch.shapes.operations import NewRun
from server.api.perch.shapes.privacy import Confirmation
from server.api.perch.shapes.users import NewProfile, NewSuspension, Suspension
from server.context import App
from tests import pictures

READ = ("GET", "HEAD")

# The only routes that may be used without a key.
PUBLIC: dict[str, tuple[str, ...]] = {
    "/": READ,
    "/following": READ,
    "/bookmarks": READ,
    "/lists": READ,
    "/lists/{number}": READ,
    "/members": READ,
    "/members/new": READ,
    "/requests": READ,
    "/drafts": READ,
    "/drafts/scheduled": READ,
    "/hashtags/{name}": READ,
    "/notifications": READ,
    "/notifications/{tab}": READ,
    "/{handle}": READ,
    "/{handle}/{what}": READ,
    "/settings": READ,
    "/settings/{section}": READ,
    "/operations": READ,
    "/operations/{section}": READ,
    "/join": READ,
    "/join/{token}": READ,
    "/tweets/{number}": READ,
    "/tweets/{number}/quotes": READ,
    "/users/{number}": READ,
    "/users/{number}/{what}": READ,
    "/static/{version}/{name}": READ,
    "/icons/{name}": READ,
    "/apple-touch-icon.png": READ,
    "/favicon.ico": READ,
    "/manifest.webmanifest": READ,
    "/sw.js": READ,
    "/media/{name}": READ,
    "/previews/{token}": READ,  # a picture of a page, with a random name
    "/health/live": READ,
    "/health/ready": READ,
    "/metrics": ("GET",),  # not there, or protected by a token of its own
    "/api/docs": READ,
    "/api/docs.css": READ,
    "/api/openapi.json": READ,
    "/api/instance": ("GET",),
    "/api/join": ("POST",),
    "/api/join/link": ("POST",),
    "/api/join/{token}": ("GET", "POST"),
}

# A valid body for each shape, so that a refusal can only be due to the key.
BODIES: dict[type[msgspec.Struct], dict[str, Any]] = {
    NewThread: {"tweets": [{"tweet_data": "not to be published"}, {"tweet_data": "nor this"}]},
    NewTweet: {"tweet_data": "not to be published"},
    NewProfile: {"name": "not to be shown"},
    NewKey: {"name": "not to be made"},
    DescribedPicture: {"alt": "not to be told"},
    NewInvitation: {"note": "not to be made"},
    NewRun: {"kind": "retention"},
    Suspension: {"hide_tweets": True},
    ReadUpTo: {"up_to": 0},
    NewMute: {},
    NewNote: {"note": "not to be kept"},
    NewList: {"title": "not to be made"},
    ChangedList: {"title": "not to be changed"},
    NewPreferences: {"default_visibility": "public"},
    SavedDraft: {"tweets": [{"tweet_data": "a draft"}]},
    Changes: {"who_may_reply": "nobody"},
    EditedTweet: {"text": "not to be changed"},
    Choices: {"choices": [0]},
    Confirmation: {},  # each request says whose account it is about
    NewSuspension: {},  # each request says this as well
}

# Operations that end an account: each call gets a new user.
ENDING = ("POST /api/users/{user_id}/suspension", "DELETE /api/users/{user_id}", "DELETE /api/users/me")

Refusal = tuple[int, str]


@dataclass(frozen=True)
class Foreign:
    """The answer to anyone but the owner; None if everyone may call it, or acts in their own name.

    `ruled` is what administrators are to change though it is not theirs.
    """

    member: Refusal | None = None
    administrator: Refusal | None = None
    ruled: bool = False


ALL_MAY = Foreign()

# One entry for each route with an object's id in its path.
FOREIGN: dict[str, Foreign] = {
    "GET /api/tweets/{tweet_id}": ALL_MAY,
    "GET /api/tweets/{tweet_id}/thread": ALL_MAY,
    "DELETE /api/tweets/{tweet_id}": Foreign((403, "not_author"), ruled=True),
    "GET /api/tweets/{tweet_id}/likes": ALL_MAY,
    "POST /api/tweets/{tweet_id}/likes": ALL_MAY,
    "DELETE /api/tweets/{tweet_id}/likes": ALL_MAY,
    "GET /api/tweets/{tweet_id}/reposts": ALL_MAY,
    "POST /api/tweets/{tweet_id}/reposts": ALL_MAY,
    "DELETE /api/tweets/{tweet_id}/reposts": ALL_MAY,
    "POST /api/users/{user_id}/reposts/hidden": ALL_MAY,
    "DELETE /api/users/{user_id}/reposts/hidden": ALL_MAY,
    "POST /api/users/{user_id}/notify": ALL_MAY,
    "DELETE /api/users/{user_id}/notify": ALL_MAY,
    "GET /api/users/{user_id}": ALL_MAY,
    "GET /api/users/by-handle/{handle}": ALL_MAY,
    "POST /api/users/{user_id}/follow": ALL_MAY,
    "DELETE /api/users/{user_id}/follow": ALL_MAY,
    "DELETE /api/users/{user_id}/follower": ALL_MAY,
    "POST /api/users/{user_id}/block": ALL_MAY,
    "DELETE /api/users/{user_id}/block": ALL_MAY,
    "PUT /api/users/{user_id}/note": ALL_MAY,
    "POST /api/users/{user_id}/mute": ALL_MAY,
    "DELETE /api/users/{user_id}/mute": ALL_MAY,
    "PATCH /api/tweets/{tweet_id}": Foreign((403, "not_author"), (403, "not_author")),
    "GET /api/tweets/{tweet_id}/quotes": ALL_MAY,
    "GET /api/drafts/{draft_id}": Foreign((404, "draft_not_found"), (404, "draft_not_found")),
    "PUT /api/drafts/{draft_id}": Foreign((404, "draft_not_found"), (404, "draft_not_found")),
    "DELETE /api/drafts/{draft_id}": Foreign((404, "draft_not_found"), (404, "draft_not_found")),
    **{
        f"{method} /api/lists/{{list_id}}{below}": Foreign((404, "list_not_found"), (404, "list_not_found"))
        for method, below in (
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("GET", "/tweets"),
            ("GET", "/members"),
            ("POST", "/members/{user_id}"),
            ("DELETE", "/members/{user_id}"),
        )
    },
    "DELETE /api/tweets/{quote_id}/quote": Foreign((403, "not_author"), (403, "not_author")),
    "POST /api/tweets/{reply_id}/hidden": Foreign((403, "not_author"), (403, "not_author")),
    "DELETE /api/tweets/{reply_id}/hidden": Foreign((403, "not_author"), (403, "not_author")),
    "POST /api/follow-requests/{follower_id}": Foreign((404, "user_not_found"), (404, "user_not_found")),
    "DELETE /api/follow-requests/{follower_id}": Foreign((404, "user_not_found"), (404, "user_not_found")),
    "POST /api/tweets/{tweet_id}/mute": ALL_MAY,
    "DELETE /api/tweets/{tweet_id}/mute": ALL_MAY,
    "GET /api/users/{user_id}/followers": ALL_MAY,
    "GET /api/users/{user_id}/following": ALL_MAY,
    "GET /api/users/{user_id}/tweets": ALL_MAY,
    "GET /api/users/{user_id}/media": ALL_MAY,
    "POST /api/tweets/{tweet_id}/bookmarks": ALL_MAY,
    "DELETE /api/tweets/{tweet_id}/bookmarks": ALL_MAY,
    "PUT /api/tweets/{tweet_id}": Foreign((403, "not_author"), (403, "not_author")),
    "GET /api/tweets/{tweet_id}/versions": ALL_MAY,
    "DELETE /api/tweets/{tweet_id}/versions/{version_id}": Foreign((403, "not_author"), (403, "not_author")),
    "POST /api/tweets/{tweet_id}/votes": ALL_MAY,
    "POST /api/tweets/{tweet_id}/pin": Foreign((403, "not_pinnable"), (403, "not_pinnable")),
    "DELETE /api/tweets/{tweet_id}/pin": ALL_MAY,
    "GET /api/users/{user_id}/pins": ALL_MAY,
    "GET /api/users/{user_id}/likes": ALL_MAY,
    "POST /api/users/{user_id}/suspension": Foreign((403, "out_of_scope"), ruled=True),
    "DELETE /api/users/{user_id}/suspension": Foreign((403, "out_of_scope"), ruled=True),
    "DELETE /api/users/{user_id}": Foreign((403, "out_of_scope"), ruled=True),
    "PATCH /api/medias/{media_id}": Foreign((404, "media_not_found"), (404, "media_not_found")),
    "DELETE /api/keys/{key_id}": Foreign((404, "key_not_found"), (404, "key_not_found")),
    "POST /api/operations/suspensions/{suspension_id}/confirmation": Foreign(member=(403, "out_of_scope")),
    "DELETE /api/operations/suspensions/{suspension_id}": Foreign(member=(403, "out_of_scope")),
    "GET /api/operations/users/{user_id}/keys": Foreign(member=(403, "out_of_scope")),
    "DELETE /api/operations/users/{user_id}/keys/{key_id}": Foreign((403, "out_of_scope"), ruled=True),
    "DELETE /api/invitations/{invitation_id}": Foreign(member=(403, "out_of_scope")),
}


@dataclass(frozen=True)
class Route:
    """A method of a path and the operation that it declares; None if it declares none."""

    method: str
    path: str
    operation: Operation | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        """Whether the route is on the public list."""
        return self.method in PUBLIC.get(self.path, ())

    @property
    def names_an_object(self) -> bool:
        """Whether its path contains an object's id."""
        return "_id}" in self.path

    @property
    def is_ending(self) -> bool:
        """Whether it ends a user's account."""
        return str(self) in ENDING

    def content(self, handle: str, ids: Mapping[str, Any]) -> dict[str, Any]:
        """What to send about this user and these objects, as arguments of httpx.

        Raises LookupError for a shape that nobody has a body of.
        """
        if self.operation is None:
            return {}
        if self.operation.form is not None:
            return {"files": {"file": ("x.jpg", pictures.jpeg())}}
        if self.operation.body is None:
            return {}
        if self.operation.body not in BODIES:
            raise LookupError(
                f"{self}: BODIES of tests/attacks/routes.py needs a {self.operation.body.__name__}"
            )
        if self.operation.body is Confirmation:
            return {"json": {"handle": handle}}
        if self.operation.body is NewSuspension:
            return {"json": {"user_id": ids["administrator_id"]}}
        return {"json": BODIES[self.operation.body]}


def routes(app: App) -> Iterator[Route]:
    """All routes that the router knows, by path and method; the router's own order changes with each run."""
    found = []
    for route in app.router.routes:
        path = "/" + openapi.PARAMETER.sub(r"{\1}", str(route.path)).rstrip("/")
        found += [Route(method, path, openapi.operation_of(route)) for method in route.methods]
    return iter(sorted(found, key=lambda route: (route.path, route.method)))
