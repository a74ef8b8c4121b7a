"""The live stream: server-sent events, as long as the client listens."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.admission import admitted_stream, asks
from server.api.http.chunks import ChunkWriter
from server.api.http.exchange import PerchHttp
from server.api.http.guards import admitted_key, allowed, context, known_viewer, viewer_with
from server.api.http.headers import NO_STORE
from server.api.http.inputs import read_headers
from server.api.http.messages import PerchRequest
from server.api.http.operation import streamed
from server.api.perch import live as wire
from server.api.perch.telling import message
from server.core.errors import Unavailable
from server.core.live import capacity, event
from server.core.live.event import LogState
from server.core.live.event_id import EventId
from server.core.viewer import Viewer

bp = Blueprint("stream", url_prefix="/api")

# How many seconds of silence before a heartbeat, so that proxies, clients or RESPONSE_TIMEOUT don't give up.
HEARTBEAT = 20.0

# The last header asks proxies not to buffer events.
HEADERS = {**NO_STORE, "x-accel-buffering": "no"}


LastEventId = Annotated[
    str, Meta(description="The `id` of the last event you saw. Anything else is ignored.")
]


class StreamHeaders(msgspec.Struct, frozen=True, rename={"last_event_id": "Last-Event-ID"}):
    """Where a stream goes on."""

    last_event_id: LastEventId = ""


@bp.get("/stream")
@streamed(scope="read", events=wire.shapes(), headers=StreamHeaders)
async def stream(request: PerchRequest) -> None:
    """Stream live events.

    Server-sent events (`text/event-stream`): new and deleted tweets, likes, follows, names, pictures. Each
    has an `id`, in the order in which things happened. Send the last one that you saw as `Last-Event-ID` to
    get what you missed first, or `reset` if that is too long ago. The stream ends with `key_revoked` when the
    key stops being valid. See docs/live.md.
    """
    hub = context(request).hub
    if hub.open_streams >= capacity.streams():
        raise Unavailable("This server has as many open streams as it can handle.")
    rates = context(request).rates
    with ExitStack() as held:
        if (known := known_viewer(request)) is not None:  # then a refusal costs no query
            held.enter_context(admitted_stream(request, rates, known))
        key = await admitted_key(request)
        # The log's state is read before the key is looked up, so that a later revocation is noticed below. It
        # is looked up, not taken from memory: a revocation may be older, and not yet known to this process.
        now = await event.state()
        viewer = allowed(await viewer_with(request, key), "read")
        if known is None:
            held.enter_context(admitted_stream(request, rates, viewer))
        asks(request, viewer)
        await follow(request, viewer, now)


async def follow(request: Request, viewer: Viewer, now: LogState) -> None:
    """Send events until the client disconnects or the key stops being valid."""
    hub = context(request).hub
    last = EventId.parse(read_headers(request, StreamHeaders).last_event_id)
    rates = context(request).rates

    def may_catch_up() -> bool:
        return rates is None or rates.reads.count(viewer.id) >= 0

    subscription = await hub.join(viewer.id, viewer.key_id, viewer.key_expires_at, now, last, may_catch_up)
    if PerchHttp.is_stopping:  # the client reconnected at once, on another connection to this process
        subscription.stop()
    try:
        response = await request.respond(headers=dict(HEADERS), content_type="text/event-stream")
        await response.send(message(last or EventId(now.epoch, now.newest), wire.Opened()))
        subscription.client = ChunkWriter(request)
        while (data := await subscription.next(HEARTBEAT)) is not None:
            await response.send(data)
        await response.eof()
    finally:
        hub.leave(subscription)
