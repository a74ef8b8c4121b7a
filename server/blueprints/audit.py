"""What administrators did."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.domain import audit
from server.domain.viewer import Viewer
from server.http.envelope import Answer
from server.http.inputs import PageQuery
from server.http.operation import operation
from server.wire import audit as wire
from server.wire.audit import Act

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
