"""The API's description: an OpenAPI document for programs, and a page for people."""

from __future__ import annotations

from functools import cache

import msgspec
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from server.api.http import docs_page, openapi
from server.api.http.admission import admit_read
from server.context import App

bp = Blueprint("docs", url_prefix="/api")

POLICY = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-cache",
}


def set_up(app: App) -> None:
    """Serve the description, which is generated at the first request for it."""
    app.ctx.openapi = cache(lambda: msgspec.json.encode(openapi.document(app)))
    app.ctx.docs_page = cache(lambda: docs_page.page(openapi.document(app)))
    app.blueprint(bp)


@bp.route("/openapi.json", methods=["GET", "HEAD"])
async def document(request: Request) -> HTTPResponse:
    """The OpenAPI document."""
    admitted(request)
    return HTTPResponse(request.app.ctx.openapi(), 200, dict(POLICY), "application/json")


@bp.route("/docs", methods=["GET", "HEAD"])
async def page(request: Request) -> HTTPResponse:
    """The document as a page."""
    admitted(request)
    return HTTPResponse(request.app.ctx.docs_page(), 200, dict(POLICY), "text/html; charset=utf-8")


@bp.route("/docs.css", methods=["GET", "HEAD"])
async def style(request: Request) -> HTTPResponse:
    """The page's style sheet."""
    return HTTPResponse(docs_page.STYLE, 200, dict(POLICY), "text/css; charset=utf-8")


def admitted(request: Request) -> None:
    """Count the request by address, like any without a key: the response is large. Raises RateLimited."""
    if (rates := request.app.ctx.perch.rates) is not None:
        admit_read(request, rates, None)
