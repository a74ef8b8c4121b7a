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
from server.core.live.kinds import Facts, Kind
from server.features.media.urls import MediaUrls

encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Told:
    """A rendered event and its recipients.

    Attributes:
        for_followers: what these `followers` get instead.
        revoked_key: the key with which streams were opened that this event ends.
        not_for: the users who don't get it.
        among: the only users who may get it; None if all may.
    """

    event: msgspec.Struct
    for_followers: msgspec.Struct | None = None
    followers: frozenset[int] = frozenset()
    revoked_key: int | None = None
    not_for: frozenset[int] = frozenset()
    among: frozenset[int] | None = None


Render: TypeAlias = Callable[[EventRow, Facts, MediaUrls], Told | None]


@dataclass(frozen=True, slots=True)
class Teller:
    """How to render a kind of event. `to` names the recipients in docs/live.md."""

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


def frame(event_id: EventId, told: Told) -> Frame:
    """The message as it is sent."""
    return Frame(
        event_id.seq,
        message(event_id, told.event),
        message(event_id, told.for_followers) if told.for_followers is not None else None,
        told.followers,
        told.revoked_key,
        told.not_for,
        told.among,
    )
