"""Which addresses Perch connects to when the address of a page comes from a user."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

from yarl import URL

# The longest address of a page, in characters of ASCII.
MAX_URL = 2_000

# For protocols (RFC 6890); a cloud's metadata is at 192.0.0.192. Python 3.11 takes most of it for public.
_PROTOCOLS = IPv4Network("192.0.0.0/24")

# Public, but answered by the cloud itself: the agent of Azure's virtual machines.
_METADATA = IPv4Address("168.63.129.16")

# The addresses of IPv6 that are routed (RFC 4291), but for those of documentation (RFC 9637). Of the ways to
# write an IPv4 address in an IPv6 one, only 6to4 and Teredo are among them.
_ROUTED, _DOCUMENTATION = IPv6Network("2000::/3"), IPv6Network("3fff::/20")


def page_of(address: str) -> URL | None:
    """The address of a page as it is requested; None if it is none, is too long, or has credentials."""
    try:
        url = URL(address).with_fragment(None)
        host, has_credentials = url.raw_host, url.user is not None or url.password is not None
    except ValueError:  # yarl looks at some parts only when they are read
        return None
    is_web = url.scheme in ("http", "https") and bool(host)
    return url if is_web and not has_credentials and len(str(url)) <= MAX_URL else None


def is_public(address: str) -> bool:
    """Whether this IP address is one of the internet, and of no private network, loopback or cloud.

    An address of this machine that the internet reaches is public, too.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public(found)
    within = [one for one in (found.sixtofour, *(found.teredo or ())) if one is not None]
    return (
        found in _ROUTED and found not in _DOCUMENTATION and found.is_global and all(map(_is_public, within))
    )


def _is_public(address: IPv4Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and address not in _PROTOCOLS
        and address != _METADATA
    )
