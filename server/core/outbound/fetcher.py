"""Fetching what users link to, without becoming a way into the network that Perch runs in.

A host is resolved once for each request, all of its addresses are checked, and the connection goes to one
of them: so a name that resolves to something else a moment later gains nothing. Each redirect is checked
like the first address. Nothing is sent but the request: no cookies, no credentials, nor a proxy's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from config.version import VERSION
from server.core.outbound.addresses import MAX_URL, is_public

# Finds the addresses of a host. Raises OSError.
Lookup = Callable[[str], Awaitable[Sequence[str]]]

MAX_REDIRECTS = 5
PORTS = frozenset({80, 443})

# The whole of a fetch takes SECONDS at most, with all redirects.
SECONDS, CONNECT_SECONDS, SILENT_SECONDS = 15, 5, 5

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotFetched(Exception):
    """There is nothing to be had at this address.

    Attributes:
        is_final: trying again soon is useless.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Fetched(NamedTuple):
    """What came, from `url` after all redirects.

    Attributes:
        charset: as the server said it, or None.
    """

    url: str
    charset: str | None
    body: bytes


async def look_up(host: str) -> list[str]:
    """The addresses of a host, as the system resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class _CheckedResolver(AbstractResolver):
    """Gives addresses only if all of them may be connected to."""

    def __init__(self, lookup: Lookup, exceptions: frozenset[str]) -> None:
        self._lookup = lookup
        self._exceptions = exceptions

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = list(dict.fromkeys(await self._lookup(host)))
        if not addresses:
            raise OSError(f"{host} has no address")
        if host not in self._exceptions and not all(map(is_public, addresses)):
            raise NotFetched("the host has an address in a private network", is_final=True)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """There is nothing to close."""


class Fetcher:
    """Fetches pages and pictures. Use it as an asynchronous context manager.

    Args:
        site: PUBLIC_URL, if it is set: nothing is fetched from there.
        exceptions: hosts that may have private addresses and any port, as administrators chose. Pages of
            other hosts don't lead there.
        lookup: how hosts are resolved.
    """

    def __init__(
        self, site: str | None = None, exceptions: Iterable[str] = (), lookup: Lookup = look_up
    ) -> None:
        self._own = _host(URL(site)) if site else None
        self._exceptions = frozenset(_host(URL.build(scheme="http", host=host)) for host in exceptions)
        self._lookup = lookup
        self._agent = f"Perch/{VERSION} (linked pages{f'; +{site}' if site else ''})"

    async def __aenter__(self) -> Fetcher:
        connector = aiohttp.TCPConnector(
            resolver=_CheckedResolver(self._lookup, self._exceptions),
            use_dns_cache=False,
            force_close=True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS),
            headers={"User-Agent": self._agent, "Accept-Encoding": "identity"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    def checked(self, address: str, page: str | None = None) -> URL:
        """The address in the form in which it is requested. Raises NotFetched if it may not be.

        Args:
            page: the page that led to it, if one did.
        """
        try:
            url = URL(address).with_fragment(None)
            host, port = _host(url), url.port
            has_credentials = url.user is not None or url.password is not None
        except ValueError:
            raise NotFetched("it is no address", is_final=True) from None
        if len(str(url)) > MAX_URL or url.scheme not in ("http", "https") or not host:
            raise NotFetched("it is no web address", is_final=True)
        if has_credentials:
            raise NotFetched("it contains credentials", is_final=True)
        if host == self._own:
            raise NotFetched("it is this server", is_final=True)
        if host in self._exceptions:
            if page is not None and _host(URL(page)) not in self._exceptions:
                raise NotFetched("another host leads into a private network", is_final=True)
            return url
        if port not in PORTS:
            raise NotFetched("it has an unusual port", is_final=True)
        # The resolver is not asked about addresses, nor about what aiohttp takes for one.
        if (":" in host or host.replace(".", "").isdigit()) and not is_public(host):
            raise NotFetched("it is in a private network", is_final=True)
        return url

    async def fetch(
        self,
        address: str,
        types: Sequence[str],
        max_bytes: int,
        *,
        page: str | None = None,
        truncates: bool = False,
    ) -> Fetched:
        """Fetch what is at this address, if it has one of these types (or prefixes that end in `/`).

        Args:
            page: the page that led to it, if one did.
            max_bytes: more is refused or, with `truncates`, not read.

        Raises:
            NotFetched: it can't or may not be fetched, or has another type.
        """
        try:
            async with asyncio.timeout(SECONDS):
                return await self._fetch(self.checked(address, page), types, max_bytes, truncates=truncates)
        except TimeoutError:
            raise NotFetched("it took too long") from None
        except aiohttp.InvalidURL:
            raise NotFetched("it is no web address", is_final=True) from None
        except aiohttp.ClientConnectorDNSError as error:
            raise NotFetched(f"the host isn't known: {error.os_error}") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotFetched(f"{type(error).__name__}: {error}") from None

    async def _fetch(self, url: URL, types: Sequence[str], max_bytes: int, *, truncates: bool) -> Fetched:
        for _ in range(1 + MAX_REDIRECTS):
            accept = ", ".join(f"{one}*" if one.endswith("/") else one for one in types)
            async with self._session.get(url, allow_redirects=False, headers={"Accept": accept}) as answer:
                if answer.status in REDIRECTS:
                    url = self.checked(_led(url, answer.headers.get("Location", "")), str(url))
                    continue
                if answer.status != 200:
                    is_gone = 400 <= answer.status < 500 and answer.status not in (408, 425, 429)
                    raise NotFetched(f"the answer is {answer.status}", is_final=is_gone)
                content_type = answer.content_type.lower()
                if not content_type.startswith(tuple(types)):
                    raise NotFetched(f"its type is {content_type}", is_final=True)
                if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
                    raise NotFetched("it is compressed, though that wasn't asked for", is_final=True)
                body = await _read(answer, max_bytes, truncates=truncates)
                return Fetched(str(url), answer.charset, body)
        raise NotFetched("it redirects too often", is_final=True)


def _led(url: URL, location: str) -> str:
    """Where a redirect leads. Raises NotFetched if that is no address."""
    try:
        return str(url.join(URL(location)))
    except ValueError:
        raise NotFetched("it redirects to no address", is_final=True) from None


async def _read(answer: aiohttp.ClientResponse, max_bytes: int, *, truncates: bool) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            if truncates:
                return bytes(body[:max_bytes])
            raise NotFetched(f"it has more than {max_bytes} bytes", is_final=True)
    return bytes(body)


def _host(url: URL) -> str:
    """The host as it is looked up: in ASCII, in lower case."""
    return (url.raw_host or "").lower().rstrip(".")
