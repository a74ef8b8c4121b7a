"""Sends a store's objects as responses, whole or as a range of bytes.

Everyone shares the store's threads or connections, so each address reads from it in a few turns at a time.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import replace

from sanic import Request
from sanic.response import HTTPResponse

from server.api.http.admission import address_of
from server.api.http.guards import context
from server.core.limits.turns import Turns
from storage.base import ObjectInfo, OpenObject

# How many pieces of objects are read at once for one address, and how many more requests of it may wait.
AT_ONCE, WAITING = 8, 1000

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


async def info_of(request: Request, key: str) -> ObjectInfo:
    """What the store knows of an object. Raises ObjectNotFound, RateLimited."""
    async with _turn(request):
        return await context(request).store.info(key)


@asynccontextmanager
async def opened(
    request: Request, key: str, *, start: int = 0, stop: int | None = None
) -> AsyncIterator[OpenObject]:
    """An object, each of whose pieces is read in a turn. Raises ObjectNotFound, InvalidRange, RateLimited."""
    async with AsyncExitStack() as stack:
        reading = context(request).store.read(key, start=start, stop=stop)
        async with _turn(request):
            found = await stack.enter_async_context(reading)
        yield replace(found, body=_each_in_a_turn(request, found.body))


def _turn(request: Request) -> AbstractAsyncContextManager[None]:
    turns: Turns = request.app.ctx.turns_of_readers
    address = address_of(request)
    return nullcontext() if address is None else turns.turn(address)


async def _each_in_a_turn(request: Request, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with _turn(request):
            try:
                piece = await anext(pieces)
            except StopAsyncIteration:
                return
        yield piece


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
