"""How events become messages of the live stream: a function for each kind of event renders it.

Messages are server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from server.core.live.event import EventRow
from server.core.live.event_id import EventId
from server.core.live.frames import Frame
from server.core.live.kinds import Facts, Kind, Recipients
from server.features.media.urls import MediaUrls

encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Both:
    """An event as everybody gets it, and as those get it on whose Following timeline it is."""

    event: msgspec.Struct
    for_followers: msgspec.Struct


# A rendered event; None if what it is about is gone.
Message: TypeAlias = msgspec.Struct | Both | None

Render: TypeAlias = Callable[[EventRow, Facts, MediaUrls], Message]


@dataclass(frozen=True, slots=True)
class Teller:
    """How to render a kind of event. `to` says in docs/live.md who its `Kind.recipients` are."""

    shape: type[msgspec.Struct]
    to: str
    render: Render


# By the name of the kind. Events of other kinds aren't sent.
TELLERS: dict[str, Teller] = {}


def tells(kind: Kind, shape: type[msgspec.Struct], *, to: str = "everybody") -> Callable[[Render], Render]:
    """Make a function the one that renders this kind; it returns None if what it is about is gone."""

    def register(render: Render) -> Render:
        TELLERS[kind.name] = Teller(shape, to, render)
        return render

    return register


def message(event_id: EventId, event: msgspec.Struct) -> bytes:
    """The event as it is sent. JSON of ours holds no line breaks."""
    name = event.__struct_config__.tag
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (
        str(event_id).encode(),
        str(name).encode(),
        encoder.encode(event),
    )


def heartbeat(event_id: EventId) -> bytes:
    """Says that the stream lives, and how far the client is, without an event."""
    return b": still here\nid: %s\n\n" % str(event_id).encode()


def frame(event_id: EventId, told: msgspec.Struct | Both, recipients: Recipients) -> Frame:
    """The message as it is sent."""
    if isinstance(told, Both):
        both = message(event_id, told.event), message(event_id, told.for_followers)
        return Frame(event_id.seq, both[0], recipients, for_followers=both[1])
    return Frame(event_id.seq, message(event_id, told), recipients)
