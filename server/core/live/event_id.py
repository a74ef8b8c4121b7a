"""Event ids: an event's position in one history of the data."""

from __future__ import annotations

import msgspec


class EventId(msgspec.Struct, frozen=True):
    """The history of the data and the event's number in it: `<epoch>-<number>`."""

    epoch: str
    seq: int

    @classmethod
    def parse(cls, text: str) -> EventId | None:
        """Parse an id that a client sent; None if it isn't one of ours."""
        epoch, _, number = text.strip().partition("-")
        if len(epoch) != 12 or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        return cls(epoch, int(number))

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"
