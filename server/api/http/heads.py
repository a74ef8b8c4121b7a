"""Heads of requests that were read before: clients send the same one again and again.

Reading and checking a head is a quarter of what a hot request costs.
"""

from __future__ import annotations

from typing import NamedTuple

from sanic.compat import Header

# Heads up to this size are kept, until there are so many: then all are forgotten. Bytes.
LONGEST, MOST = 1 << 10, 2_000

ENDS = b"\r\n\r\n"


class Head(NamedTuple):
    """What a head without a body says."""

    method: str
    url: str
    version: str
    headers: Header
    keep_alive: bool
    head_only: bool


class Heads(dict[bytes, Head]):
    """Those that a process knows, all of which have passed every check."""

    def keep(self, raw: bytes, head: Head) -> None:
        """Know this one from now on."""
        if len(self) >= MOST:
            self.clear()
        self[raw] = head


def waiting(buffer: bytearray) -> bytes:
    """The head that a buffer begins with; empty where it isn't whole, or is too long to keep."""
    end = buffer.find(ENDS, 0, LONGEST)
    return bytes(buffer[:end]) if end > 0 else b""
