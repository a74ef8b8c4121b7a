"""Our own trace collector: the spans that OpenTelemetry sends to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.posts import Post


@dataclass(frozen=True)
class Span:
    """A span, with its own attributes and those of the process that it comes from."""

    name: str
    kind: str
    trace: str
    id: str
    parent: str
    seconds: float
    failed: bool
    attributes: dict[str, Any]
    process: dict[str, Any]


def spans(posts: Iterable[Post]) -> list[Span]:
    """All spans that were sent."""
    found = []
    for post in posts:
        request = ExportTraceServiceRequest.FromString(post.body)
        for sent in MessageToDict(request).get("resourceSpans", []):
            process = plain(sent["resource"])
            found += [span(each, process) for scope in sent["scopeSpans"] for each in scope["spans"]]
    return found


def span(sent: dict[str, Any], process: dict[str, Any]) -> Span:
    return Span(
        name=sent["name"],
        kind=sent["kind"].removeprefix("SPAN_KIND_"),
        trace=sent["traceId"],
        id=sent["spanId"],
        parent=sent.get("parentSpanId", ""),
        seconds=(int(sent["endTimeUnixNano"]) - int(sent["startTimeUnixNano"])) / 1e9,
        failed=sent["status"].get("code") == "STATUS_CODE_ERROR",
        attributes=plain(sent),
        process=process,
    )


def plain(sent: dict[str, Any]) -> dict[str, Any]:
    """The attributes by name."""
    return {each["key"]: next(iter(each["value"].values())) for each in sent.get("attributes", [])}
