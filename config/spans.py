"""The spans of traces, made with OpenTelemetry; `config.traces` imports this only if traces are wanted.

A span says how long something took, but contains nothing that users wrote: URLs have only the names of their
parameters, statements only the numbers of theirs, and errors only their kind. The names of attributes are
from
https://opentelemetry.io/docs/specs/semconv/ except `perch.work`, the id that log lines carry.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping, MutableMapping
from typing import Literal

from opentelemetry.context import Context, attach, get_current
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from config.settings import Settings
from config.values import headers
from config.version import VERSION

# How many seconds one sending of spans may take, including retries; and how many a process waits at its end
# for the last spans to be sent.
SEND_TIMEOUT, LAST_WITHIN = 5, 2

Attributes = Mapping[str, AttributeValue]
Kind = Literal["SERVER", "CLIENT", "CONSUMER"]

propagator = TraceContextTextMapPropagator()


class Spans:
    """The spans of a process, sent in batches by a thread: what is measured never waits for a collector."""

    def __init__(self, settings: Settings, process: str) -> None:
        exporter = OTLPSpanExporter(
            endpoint=f"{str(settings.otel_exporter_otlp_endpoint).rstrip('/')}/v1/traces",
            headers=headers(settings.otel_exporter_otlp_headers or ""),
            timeout=SEND_TIMEOUT,
        )
        resource = {
            "service.name": "perch",
            "service.version": VERSION,
            "service.instance.id": f"{socket.gethostname()}/{process}",
            "deployment.environment.name": settings.mode.lower(),
        }
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(settings.otel_traces_sampler_arg)),
            resource=Resource.create(resource).merge(OTELResourceDetector().detect()),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("perch", VERSION)

    def begin(self, name: str, kind: Kind, carried: Mapping[str, str], attributes: Attributes) -> Span:
        """Begin a span for what follows, in the trace carried here, or else in a new one."""
        above = propagator.extract(carried, Context())
        span = self._tracer.start_span(name, above, SpanKind[kind], attributes)
        attach(set_span_in_context(span, above))
        return span

    def past(self, name: str, kind: Kind, seconds: float, attributes: Attributes, error: str | None) -> None:
        """Record something that took `seconds` until now in the current span; does nothing without one."""
        if not get_current_span().is_recording():
            return
        ended = time.time_ns()
        span = self._tracer.start_span(
            name, kind=SpanKind[kind], attributes=attributes, start_time=ended - int(seconds * 1e9)
        )
        self.end(span, {}, error, ended)

    @staticmethod
    def end(span: Span, attributes: Attributes, error: str | None = None, at: int | None = None) -> None:
        """End a span; `error` is the kind of error, if any. `at` is in nanoseconds and defaults to now."""
        span.set_attributes(attributes)
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(Status(StatusCode.ERROR))
        span.end(at)

    @staticmethod
    def here() -> Context:
        """See `config.traces.here`."""
        return get_current()

    @staticmethod
    def go_on(where: Context | None) -> None:
        """See `config.traces.go_on`."""
        attach(where or Context())

    def carry(self, carrier: MutableMapping[str, str]) -> None:
        """Write the current trace into the carrier, for `begin` in another process."""
        propagator.inject(carrier)

    def close(self) -> None:
        """Send the last spans, if a collector takes them."""
        closing = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(LAST_WITHIN)
