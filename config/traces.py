"""Traces, where OTEL_EXPORTER_OTLP_ENDPOINT is set: which request or task took how long, and over what.

A request is the root of a trace; the statements that it had the database run are below it, and so are the
tasks that it queued, wherever these are done, with their own statements. Nothing is imported otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from config.settings import Settings

if TYPE_CHECKING:
    from config.spans import Spans

# Of this process; None where nobody wants traces.
spans: Spans | None = None


def here() -> Any:
    """What is under way, for `go_on` in another task; None where nobody wants traces."""
    return None if spans is None else spans.here()


def go_on(where: Any) -> None:
    """What follows in this task belongs to what was under way there."""
    if spans is not None:
        spans.go_on(where)


@contextmanager
def recorded(settings: Settings, process: str) -> Iterator[None]:
    """What this process does in the block is sent to the collector, if one is set."""
    global spans
    if settings.otel_exporter_otlp_endpoint is None:
        yield
        return
    from config.spans import Spans

    spans = Spans(settings, process)
    try:
        yield
    finally:
        spans.close()
