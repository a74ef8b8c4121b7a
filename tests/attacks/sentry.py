"""Our own Sentry on the loopback address: it accepts reports and shows what it received."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests import posts


@dataclass(frozen=True)
class Sentry:
    """What was received, as envelopes and as events."""

    taker: posts.Taker

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self.taker.server_port

    @property
    def envelopes(self) -> list[str]:
        """The envelopes as they were sent."""
        return [post.body.decode() for post in self.taker.posts]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The payloads of the envelopes' items that are events."""
        found = []
        for envelope in self.envelopes:
            lines = envelope.split("\n")[1:]
            for head, payload in zip(lines[::2], lines[1::2], strict=False):
                if json.loads(head)["type"] == "event":
                    found.append(json.loads(payload))
        return found


@contextmanager
def sentry() -> Iterator[Sentry]:
    """Runs a Sentry for the duration of the block."""
    with posts.taken() as taker:
        yield Sentry(taker)
