"""Holding a request to its rate: what is counted, by whom, and what the answer says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sanic import Request

from server.api.http.addresses import Addresses
from server.core.errors import RateLimited
from server.core.limits.rates import REFUSED, Rates
from server.core.limits.tally import Tally
from server.core.viewer import Viewer

# When a stream that was one too many may be tried again. Seconds.
STREAM_RETRY = 30

RATE = b"\r\nratelimit-limit: %d\r\nratelimit-remaining: %d\r\nratelimit-reset: %d"

READING = frozenset({"GET", "HEAD"})


async def admit_write(
    request: Request, rates: Rates, viewer: Viewer | None, *, upload: bool = False, account: bool = False
) -> None:
    """Count a request that changes something. Raises RateLimited."""
    if viewer is None:
        if (address := address_of(request)) is not None:
            tell(request, rates.anonymous, await rates.anonymous.count_exactly(address))
        return
    tally = rates.uploads if upload else rates.writes
    tell(request, tally, await tally.count_exactly(counted(viewer, account)))
    share(request, rates)


def admit_read(request: Request, rates: Rates, viewer: Viewer | None, *, account: bool = False) -> None:
    """Count a request that only reads. Raises RateLimited."""
    if viewer is None:
        if (address := address_of(request)) is not None:
            tell(request, rates.anonymous, rates.anonymous.count(address))
        return
    tell(request, rates.reads, rates.reads.count(counted(viewer, account)))
    share(request, rates)


def admit_lookup(request: Request, rates: Rates | None, *, picture: bool = False) -> None:
    """Count what has to ask the database, before anybody knows who asks. Raises RateLimited.

    Args:
        picture: it is about a picture, which is counted apart from keys and streams.
    """
    if rates is None or (address := address_of(request)) is None:
        return
    tally = rates.picture_lookups if picture else rates.lookups
    if (left := tally.count(address)) < 0:
        tell(request, tally, left)


@contextmanager
def admitted_stream(request: Request, rates: Rates | None, viewer: Viewer) -> Iterator[None]:
    """Count a live stream, as a read and as long as the block lasts. Raises RateLimited."""
    if rates is None:
        yield
        return
    admit_read(request, rates, viewer)
    with rates.streams.held(viewer.id, address_of(request)) as is_held:
        if not is_held:
            REFUSED.labels("streams").inc()
            raise RateLimited("You already have as many live streams open as is allowed.", STREAM_RETRY)
        yield


async def note_wrong_key(request: Request, rates: Rates) -> None:
    """Count a key that is not valid, and let whoever showed it wait. Raises RateLimited."""
    address = address_of(request)
    left = await rates.wrong_keys.count_exactly(address) if address is not None else 0
    if left < 0:
        REFUSED.labels(rates.wrong_keys.name).inc()
        raise RateLimited("This address has sent too many wrong keys.", rates.wrong_keys.resets_in())
    await rates.pause()


def counted(viewer: Viewer, account: bool) -> int | str:
    """Whom to count: the user; apart from all else, where a key that manages the account does just that.

    So a key that was given to a program cannot use up what its owner needs to revoke it.
    """
    return f"account-{viewer.id}" if account and "account" in viewer.scopes else viewer.id


def share(request: Request, rates: Rates) -> None:
    """Count for all who share this address and have valid keys, as a classroom does. Raises RateLimited."""
    if (address := address_of(request)) is not None and rates.address.count(address) < 0:
        tell(request, rates.address, -1)


def tell(request: Any, tally: Tally, left: int) -> None:
    """Give the answer its headers (draft-ietf-httpapi-ratelimit-headers-06). Raises RateLimited."""
    reset = tally.resets_in()
    request.rate = RATE % (tally.rate.most, max(left, 0), reset)
    if left < 0:
        REFUSED.labels(tally.name).inc()
        raise RateLimited(retry_after=reset)


def address_of(request: Request) -> str | None:
    """Whom to count by where there is no user; None where nobody is known by the address."""
    addresses: Addresses = request.app.ctx.addresses
    if addresses.behind_proxy:
        return addresses.told(request)
    protocol: Any = request.transport.get_protocol()  # it was looked up when that began
    return protocol.counted or None
