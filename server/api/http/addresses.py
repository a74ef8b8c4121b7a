"""Whose address a request comes from.

Without a proxy that is the connection's other end, and headers that claim another are not believed. Behind
proxies it is what the settings say that these are trusted to tell. An address is used to count by and is
written nowhere, not in logs either; in Redis it lives as long as its window.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from sanic import Request

from config.settings import Settings

# Whoever has one IPv6 address has all that share its first half (RFC 6177).
IPV6_PREFIX = 64

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Addresses:
    """As the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._count = settings.proxies_count
        self._header = settings.real_ip_header.lower() if settings.real_ip_header else None
        self._trusted = networks(settings.trusted_proxies)
        self.behind_proxy = self._count > 0 or self._header is not None

    def of_connection(self, peer: str) -> str:
        """Whom a connection from there counts for: an address, or the network of one; else empty.

        On this machine, with no proxy named, it is most likely a proxy that we were not told about, or the
        operator: everybody would share its limit. Behind proxies it is theirs.
        """
        return "" if self.behind_proxy or is_loopback(peer) else counted(peer) or ""

    def told(self, request: Request) -> str | None:
        """Whom a request counts for that came through a proxy: who that says, where it is believed."""
        peer = str(request.conn_info.client_ip) if request.conn_info else ""
        if self._trusted and not within(peer, self._trusted):
            return counted(peer)
        if self._header is not None:
            return counted(request.headers.get(self._header, "").strip()) or counted(peer)
        hops = ",".join(request.headers.getall("x-forwarded-for", ())).split(",")
        return (counted(hops[-self._count].strip()) if len(hops) >= self._count else None) or counted(peer)


def networks(text: str | None) -> tuple[Network, ...]:
    """Of addresses and networks between commas, which the settings have checked."""
    parts = text.split(",") if text else []
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in parts)


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address; one of IPv4 that is written as IPv6 is the former."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


@lru_cache(maxsize=4096)
def counted(address: str) -> str | None:
    """The address as it is counted by; None where it is none."""
    found = parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
    return str(found) if found else None


@lru_cache(maxsize=4096)
def is_loopback(address: str) -> bool:
    """Whether it is this machine's own."""
    found = parsed(address)
    return found is None or found.is_loopback


@lru_cache(maxsize=4096)
def within(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether one of the networks holds it."""
    found = parsed(address)
    return found is not None and any(found in network for network in trusted)
