"""Which addresses Perch connects to when the address of a page comes from a user."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# For protocols (RFC 6890); a cloud's metadata is at 192.0.0.192. Python 3.11 takes most of it for public.
_PROTOCOLS = IPv4Network("192.0.0.0/24")

# They contain IPv4 addresses, which a translator in the network may reach.
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))

# Public, but answered by the cloud itself: the agent of Azure's virtual machines.
_METADATA = frozenset({"168.63.129.16"})


def is_public(address: str) -> bool:
    """Whether this IP address belongs to the internet, and not to this machine, its network or its cloud."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) for one in (found, *_within(found)))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and address not in _PROTOCOLS
        and str(address) not in _METADATA
    )


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    teredo = address.teredo or ()
    found = [one for one in (address.ipv4_mapped, address.sixtofour, *teredo) if one is not None]
    if any(address in network for network in _TRANSLATED):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return found
