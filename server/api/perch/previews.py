"""Pictures of the pages that tweets link to, under /previews."""

from __future__ import annotations

import re

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from server.api.http.admission import admit_lookup, asks
from server.api.http.guards import context
from server.api.perch.media import HEADERS, content_type_of
from server.core.errors import NotFound
from server.features.previews import previews

bp = Blueprint("previews")

TOKEN = re.compile(r"[0-9a-f]{32}")

# Whoever has the address has seen the tweet: it is random. A picture never changes under its address, but it
# is gone with the last tweet that shows it.
FOR_A_WEEK = "private, max-age=604800, immutable"


@bp.route("/previews/<token:str>", methods=["GET", "HEAD"])
async def serve(request: Request, token: str) -> HTTPResponse:
    """The picture of a page."""
    if not TOKEN.fullmatch(token):
        raise NotFound
    asks(request)
    admit_lookup(request, context(request).rates, picture=True)
    found = await previews.picture(token)
    if found is None:
        raise NotFound
    body, stored = found
    headers = {"etag": f'"{token}"', "cache-control": FOR_A_WEEK, **HEADERS}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return HTTPResponse(b"", 304, headers)
    return HTTPResponse(body, 200, headers, content_type_of(stored))
