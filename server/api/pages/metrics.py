"""The page that Prometheus scrapes."""

from __future__ import annotations

import asyncio
import hmac

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from config.metrics import Machine
from server.api.http.admission import note_wrong_key
from server.api.http.guards import context
from server.api.http.headers import NO_STORE
from server.core.errors import InvalidKey, MissingKey, NotFound

bp = Blueprint("metrics")


@bp.get("/metrics")
async def metrics(request: Request) -> HTTPResponse:
    """The metrics of all processes of this machine. They need METRICS_TOKEN; without that setting, 404."""
    perch = context(request)
    settings = perch.settings
    if settings.metrics_token is None:
        raise NotFound
    scheme, _, shown = str(request.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        raise MissingKey("This page needs a token, sent as Authorization: Bearer.")
    if not hmac.compare_digest(shown.strip().encode(errors="replace"), settings.metrics_token.encode()):
        if perch.rates is not None:
            await note_wrong_key(request, perch.rates)
        raise InvalidKey("This isn't the token set in METRICS_TOKEN.")
    page = Machine(settings.sockets_folder).exposed
    body, content_type = await asyncio.to_thread(page, request.headers.get("accept", ""))
    return HTTPResponse(body, 200, dict(NO_STORE), content_type)
