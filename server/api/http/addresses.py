"""Finds the client address of a request.

Without a proxy, that is the connection's peer, and headers that claim another address are ignored. Behind
proxies, it is whatever the settings trust these to report. Addresses are used only as keys for counting. They
are written nowhere, not even in logs; in Redis they live as long as their window.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from sanic import Request

from config.settings import Settings

# A customer gets all IPv6 addresses that share their first half, not just one (RFC 6177).
IPV6_PREFIX = 64

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Addresses:
    """Finds client addresses as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._count = settings.proxies_count
        self._header = settings.real_ip_header.lower() if settings.real_ip_header else None
        self._trusted = networks(settings.trusted_proxies)
        self.behind_proxy = self._count > 0 or self._header is not None

    def of_connection(self, peer: str) -> str:
        """The address, or its network, that a connection from this peer counts for; empty for none.

        If no proxy is configured, a peer on this machine is most likely a proxy that we don't know about, or
        the operator: everyone would share its limit. Behind proxies, the peer is a proxy.
        """
        return "" if self.behind_proxy or is_loopback(peer) else counted(peer) or ""

    def told(self, request: Request) -> str | None:
        """The address that a request through a proxy counts for: the one it reports, if it is trusted."""
        peer = str(request.conn_info.client_ip) if request.conn_info else ""
        if self._trusted and not within(peer, self._trusted):
            return counted(peer)
        if self._header is not None:
            return counted(request.headers.get(self._header, "").strip()) or counted(peer)
        hops = ",".join(request.headers.getall("x-forwarded-for", ())).split(",")
        return (counted(hops[-self._count].strip()) if len(hops) >= self._count else None) or counted(peer)


def networks(text: str | None) -> tuple[Network, ...]:
    """Parse comma-separated addresses and networks, which the settings have already validated."""
    parts = text.split(",") if text else []
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in parts)


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parse an address; an IPv4 address that is mapped to IPv6 becomes IPv4 again. None if it is invalid."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


@lru_cache(maxsize=4096)
def counted(address: str) -> str | None:
    """The key to count an address by: its network for IPv6. None if the address is invalid."""
    found = parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
    return str(found) if found else None


@lru_cache(maxsize=4096)
def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own; also True if it can't be parsed."""
    found = parsed(address)
    return found is None or found.is_loopback


@lru_cache(maxsize=4096)
def within(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether the address is in one of the networks."""
    found = parsed(address)
    return found is not None and any(found in network for network in trusted)
