"""Requests as spans of traces (`config.traces`): from the head of one until its answer begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config import traces
from server.api.http.measured import METHODS, pattern

if TYPE_CHECKING:
    from opentelemetry.trace import Span


def begin(method: str, work: str) -> Span | None:
    """What follows on this connection belongs to a new request; None where nobody wants traces."""
    if traces.spans is None:
        return None
    known = method if method in METHODS else "_OTHER"  # clients may send any word
    return traces.spans.begin(known, "SERVER", {}, {"http.request.method": known, "perch.work": work})


def end(span: Span, method: str, route: str | None, status: int) -> None:
    """It is answered. `route` is the address as the router has it, None where there is no such address."""
    if traces.spans is None:
        return
    attributes: dict[str, str | int] = {"http.response.status_code": status}
    if route is not None:
        attributes["http.route"] = pattern(route)
        span.update_name(f"{method if method in METHODS else 'HTTP'} {pattern(route)}")
    traces.spans.end(span, attributes, str(status) if status >= 500 else None)
