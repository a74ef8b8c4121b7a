"""Private notes on people."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.operation import operation
from server.core.errors import QuotaExceeded, UserNotFound
from server.core.viewer import Viewer
from server.features.notes import notes

bp = Blueprint("notes", url_prefix="/api/users")


class NewNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that notes something about a user."""

    note: Annotated[
        str, Meta(description=f"Up to {notes.MAX_LENGTH} characters; an empty note deletes yours.")
    ]


@bp.put("/<user_id:id>/note")
@operation(scope="write", body=NewNote, errors=(UserNotFound, QuotaExceeded))
async def write(request: Request, viewer: Viewer, body: NewNote, user_id: int) -> Answer:
    """Note something about a user, in place of your earlier note. Only you see it: `note` of the user."""
    day_bytes = context(request).settings.text_bytes_per_day
    await notes.write(viewer, user_id, body.note, day_bytes=day_bytes)
    return Answer()
