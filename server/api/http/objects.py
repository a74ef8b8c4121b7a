"""Objects of a store as answers."""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse

from storage.base import OpenObject


async def send(
    request: Request, found: OpenObject, headers: dict[str, str], content_type: str
) -> HTTPResponse | None:
    """Stream an opened object, or the part that was opened; for HEAD an answer of its headers."""
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
