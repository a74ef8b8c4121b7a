"""Sends a store's objects as responses, whole or as a range of bytes."""

from __future__ import annotations

import re

from sanic import Request
from sanic.response import HTTPResponse

from storage.base import OpenObject

# The only form of the Range header for which we send a part (RFC 9110, 14.2).
ONE_RANGE = re.compile(r"bytes=(?P<first>\d{1,18})-(?P<last>\d{0,18})", re.ASCII)


def asked_range(header: str) -> tuple[int, int | None]:
    """The first byte and the one after the last; (0, None) to send the whole.

    For suffix ranges and multiple ranges, the whole is sent, as the RFC allows.
    """
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None:
        return 0, None
    first, last = int(found["first"]), found["last"]
    if last and int(last) < first:
        return 0, None
    return first, int(last) + 1 if last else None


async def send(
    request: Request, found: OpenObject, headers: dict[str, str], content_type: str
) -> HTTPResponse | None:
    """Stream an opened object, or the part that was opened; for HEAD, respond with its headers only."""
    headers |= {"content-length": str(found.stop - found.start)}
    partial = found.stop - found.start != found.info.size
    if partial:
        headers["content-range"] = f"bytes {found.start}-{found.stop - 1}/{found.info.size}"
    status = 206 if partial else 200
    if request.method == "HEAD":
        return HTTPResponse(b"", status, headers, content_type)
    response = await request.respond(status=status, headers=headers, content_type=content_type)
    async for chunk in found.body:
        await response.send(chunk)
    await response.eof()
    return None
