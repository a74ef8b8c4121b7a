"""The audit log of what administrators did."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import audit as wire
from server.api.perch.shapes.audit import Act
from server.core import audit
from server.core.viewer import Viewer

bp = Blueprint("audit", url_prefix="/api/audit")


class AuditPage(Answer, frozen=True, kw_only=True):
    """A page of administrative acts, newest first."""

    acts: list[Act]
    next: int | None


@bp.get("/")
@operation(scope="admin", query=PageQuery, answer=AuditPage)
async def list_acts(request: Request, viewer: Viewer, query: PageQuery) -> AuditPage:
    """List what administrators did, newest first. Entries are never changed or removed."""
    page = await audit.listed(limit=query.size, before=query.before)
    return AuditPage(acts=[wire.act(row) for row in page.items], next=page.next)
