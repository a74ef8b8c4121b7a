"""Records requests as trace spans (`config.traces`): from a request's head to the start of its response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config import traces
from server.api.http.measured import METHODS, pattern

if TYPE_CHECKING:
    from opentelemetry.trace import Span


def begin(method: str, work: str) -> Span | None:
    """Begin the span of a new request on this connection; None if tracing is off."""
    if traces.spans is None:
        return None
    known = method if method in METHODS else "_OTHER"  # clients may send any word
    return traces.spans.begin(known, "SERVER", {}, {"http.request.method": known, "perch.work": work})


def end(span: Span, method: str, route: str | None, status: int) -> None:
    """End the span. `route` is the address as the router has it; None if there is no such address."""
    if traces.spans is None:
        return
    attributes: dict[str, str | int] = {"http.response.status_code": status}
    if route is not None:
        attributes["http.route"] = pattern(route)
        span.update_name(f"{method if method in METHODS else 'HTTP'} {pattern(route)}")
    traces.spans.end(span, attributes, str(status) if status >= 500 else None)
