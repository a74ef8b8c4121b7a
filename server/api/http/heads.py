"""A cache of parsed request heads, as clients send the same head again and again.

Parsing and checking a head is a quarter of the cost of a hot request.
"""

from __future__ import annotations

from typing import NamedTuple

from sanic.compat import Header

# The most bytes in a head that is kept, and the most heads. Once there are that many, all are forgotten.
LONGEST, MOST = 1 << 10, 2_000

ENDS = b"\r\n\r\n"


class Head(NamedTuple):
    """The parsed head of a request without a body."""

    method: str
    url: str
    version: str
    headers: Header
    keep_alive: bool
    head_only: bool


class Heads(dict[bytes, Head]):
    """The heads that a process knows, all of which have passed every check."""

    def keep(self, raw: bytes, head: Head) -> None:
        """Keep a head from now on."""
        if len(self) >= MOST:
            self.clear()
        self[raw] = head


def waiting(buffer: bytearray) -> bytes:
    """The head at the start of a buffer; empty if it is incomplete or too long to keep."""
    end = buffer.find(ENDS, 0, LONGEST)
    return bytes(buffer[:end]) if end > 0 else b""
