"""Rate-limits requests: what to count, for whom, and which headers the response gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sanic import Request

from server.api.http.addresses import Addresses
from server.api.http.messages import PerchRequest
from server.core.errors import RateLimited
from server.core.limits.rates import REFUSED, Rates
from server.core.limits.tally import Limit, Tally
from server.core.limits.turns import Address, asker
from server.core.viewer import Viewer

# After how many seconds a client may retry a stream that was one too many.
STREAM_RETRY = 30

# How many bytes of a response count as a read, and how many that are written as a write. A page of 50 tweets
# usually has 20,000 bytes, but one of the longest texts has several million. What is written goes to every
# stream: the body, and what the response has beyond it, such as the alternative texts of a tweet's pictures.
READ_WEIGHT, WRITE_WEIGHT = 256 << 10, 4 << 10

# Whoever watches over the server must know in time.
HEALTH = frozenset({"/health/live", "/health/ready"})

RATE = b"\r\nratelimit-limit: %d\r\nratelimit-remaining: %d\r\nratelimit-reset: %d"

READING = frozenset({"GET", "HEAD"})

# Too many requests, and a component that is too busy or unavailable.
REFUSALS = frozenset({429, 503})


async def admit_write(
    request: Request,
    rates: Rates,
    viewer: Viewer | None,
    *,
    upload: bool = False,
    account: bool = False,
    limit: Limit | None = None,
) -> None:
    """Count a request that changes something, also towards its feature's limit. Raises RateLimited."""
    if viewer is None:
        if (address := address_of(request)) is not None:
            tell(request, rates.anonymous, await rates.anonymous.count_exactly(address))
        return
    tally = rates.uploads if upload else rates.writes
    tell(request, tally, await tally.count_exactly(counted(viewer, account)))
    if limit is not None and (left := await rates.limits[limit.name].count_exactly(viewer.id)) < 0:
        tell(request, rates.limits[limit.name], left)
    share(request, rates)


def admit_read(request: Request, rates: Rates, viewer: Viewer | None, *, account: bool = False) -> None:
    """Count a request that only reads. Raises RateLimited."""
    if viewer is None:
        if (address := address_of(request)) is not None:
            tell(request, rates.anonymous, rates.anonymous.count(address))
        return
    tell(request, rates.reads, rates.reads.count(counted(viewer, account)))
    share(request, rates)


async def admit_body(request: Request, rates: Rates, viewer: Viewer, *, account: bool = False) -> None:
    """Count a request that writes again, for the size of its body. Raises RateLimited."""
    if (amount := len(request.body) // WRITE_WEIGHT) > 0:
        left = await rates.writes.count_exactly(counted(viewer, account), amount)
        tell(request, rates.writes, left)


async def admit_writes(request: Request, rates: Rates | None, viewer: Viewer, amount: int) -> None:
    """Count a request that does as much as so many more. Raises RateLimited."""
    if rates is not None and amount > 0:
        left = await rates.writes.count_exactly(counted(viewer, account=False), amount)
        tell(request, rates.writes, left)


async def admit_amount(
    request: Request, rates: Rates | None, viewer: Viewer, limit: Limit, amount: int
) -> None:
    """Count so many of something towards its feature's limit. Raises RateLimited."""
    if rates is None or not amount:
        return
    tally = rates.limits[limit.name]
    if (left := await tally.count_exactly(viewer.id, amount)) < 0:
        tell(request, tally, left)


def charge(tally: Tally, viewer: Viewer, size: int, weight: int, *, account: bool = False) -> None:
    """Count a request that was answered with this many bytes again for each `weight` of them."""
    if size >= weight:
        tally.add(counted(viewer, account), size // weight)


def admit_lookup(request: Request, rates: Rates | None, *, picture: bool = False) -> None:
    """Count a request that needs the database before we know who is asking. Raises RateLimited.

    Args:
        picture: whether it is for a picture; these are counted separately from keys and streams.
    """
    if rates is None or (address := address_of(request)) is None:
        return
    tally = rates.picture_lookups if picture else rates.lookups
    if (left := tally.count(address)) < 0:
        tell(request, tally, left)


def asks(request: Request, viewer: Viewer | None = None, *, account: bool = False) -> None:
    """Tell the database for whom this request uses it: the user, if there is one, else the address."""
    if viewer is not None:
        asker.set(counted(viewer, account))
    else:
        address = address_of(request)
        asker.set(None if address is None else Address(address))


@contextmanager
def admitted_stream(request: Request, rates: Rates | None, viewer: Viewer) -> Iterator[None]:
    """Count a live stream: as a read, and as open while the block lasts. Raises RateLimited."""
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
    """Count an invalid key, and delay the response to it. Raises RateLimited."""
    address = address_of(request)
    left = await rates.wrong_keys.count_exactly(address) if address is not None else 0
    if left < 0:
        REFUSED.labels(rates.wrong_keys.name).inc()
        raise RateLimited("This address has sent too many wrong keys.", rates.wrong_keys.resets_in())
    await rates.pause()


async def hold_back(request: PerchRequest, status: int, rates: Rates) -> bool:
    """Delay a response that comes too often: a refusal, or one that nothing has counted yet.

    Returns:
        Whether the connection may be used again. If not, too many responses are being delayed already.
    """
    address = address_of(request)
    if status not in REFUSALS and (address is None or rates.uncounted.count(address) >= 0):
        return True
    if request.path in HEALTH and (address is None or rates.health.count(address) >= 0):
        return True
    return await rates.pause()


def counted(viewer: Viewer, account: bool) -> int | str:
    """The key to count a request by: the user, with a separate count for managing the account.

    The separate count needs a key with that scope, so a key given to a program can't use up the requests that
    its owner needs to revoke it.
    """
    return f"account-{viewer.id}" if account and "account" in viewer.scopes else viewer.id


def share(request: Request, rates: Rates) -> None:
    """Count for everyone with a valid key at this address, such as a classroom. Raises RateLimited."""
    if (address := address_of(request)) is not None and rates.address.count(address) < 0:
        tell(request, rates.address, -1)


def tell(request: Any, tally: Tally, left: int) -> None:
    """Set the response's headers (draft-ietf-httpapi-ratelimit-headers-06). Raises RateLimited."""
    reset = tally.resets_in()
    request.rate = RATE % (tally.rate.most, max(left, 0), reset)
    if left < 0:
        REFUSED.labels(tally.name).inc()
        raise RateLimited(retry_after=reset)


def address_of(request: Request) -> str | None:
    """The address to count by if there is no user; None if the address identifies nobody."""
    addresses: Addresses = request.app.ctx.addresses
    if addresses.behind_proxy:
        return addresses.told(request)
    protocol: Any = request.transport.get_protocol()  # looked up when the connection was made
    return None if protocol is None else protocol.counted or None  # no protocol: the client has gone
