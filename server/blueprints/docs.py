"""The interface described: for programs, and for people."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from server.context import App
from server.http import docs_page, openapi

bp = Blueprint("docs", url_prefix="/api")

POLICY = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-cache",
}


def set_up(app: App) -> None:
    """Serve the description; it is made at the first request for it."""
    app.ctx.openapi = cache(lambda: openapi.document(app))
    app.blueprint(bp)


@bp.route("/openapi.json", methods=["GET", "HEAD"])
async def document(request: Request) -> HTTPResponse:
    """The OpenAPI document."""
    found: dict[str, Any] = request.app.ctx.openapi()
    return HTTPResponse(msgspec.json.encode(found), 200, dict(POLICY), "application/json")


@bp.route("/docs", methods=["GET", "HEAD"])
async def page(request: Request) -> HTTPResponse:
    """The document as a page."""
    text = docs_page.page(request.app.ctx.openapi())
    return HTTPResponse(text, 200, dict(POLICY), "text/html; charset=utf-8")


@bp.route("/docs.css", methods=["GET", "HEAD"])
async def style(request: Request) -> HTTPResponse:
    """The page's looks."""
    return HTTPResponse(docs_page.STYLE, 200, dict(POLICY), "text/css; charset=utf-8")
