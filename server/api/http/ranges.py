"""The Range header (RFC 9110, 14.2): one range from a first byte; anything else is the whole."""

from __future__ import annotations

import re

ONE_RANGE = re.compile(r"bytes=(?P<first>\d{1,18})-(?P<last>\d{0,18})", re.ASCII)


def asked_range(header: str) -> tuple[int, int | None]:
    """The first byte and the one behind the last, (0, None) where the whole is to be sent.

    Suffix ranges and several ranges are answered with the whole, as the RFC allows.
    """
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None:
        return 0, None
    first, last = int(found["first"]), found["last"]
    if last and int(last) < first:
        return 0, None
    return first, int(last) + 1 if last else None
