"""Where in which history of the data an event stands."""

from __future__ import annotations

import msgspec


class EventId(msgspec.Struct, frozen=True):
    """Where in which history of the data: `<epoch>-<number>`."""

    epoch: str
    seq: int

    @classmethod
    def parse(cls, text: str) -> EventId | None:
        """The id that a client names; None where it is none of ours."""
        epoch, _, number = text.strip().partition("-")
        if len(epoch) != 12 or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        return cls(epoch, int(number))

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"
