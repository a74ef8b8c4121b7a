"""Traces, if OTEL_EXPORTER_OTLP_ENDPOINT is set: how long each request or task took, and on what.

A request is the root of a trace; below it are its database statements and the tasks that it queued, wherever
they run, with their own statements. If traces are not wanted, nothing is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from config.settings import Settings

if TYPE_CHECKING:
    from config.spans import Spans

# The spans of this process; None if traces are not wanted.
spans: Spans | None = None


def here() -> Any:
    """The current context, for `go_on` in another task; None if traces are not wanted."""
    return None if spans is None else spans.here()


def go_on(where: Any) -> None:
    """Continue in this task with a context from `here`, so that what follows belongs to it."""
    if spans is not None:
        spans.go_on(where)


@contextmanager
def recorded(settings: Settings, process: str) -> Iterator[None]:
    """Send spans of what this process does in the block to the collector, if one is set."""
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
