"""The host names that this server answers to.

Another site can point its own name at this server (DNS rebinding), so that browsers take our responses for
that site's. And if a proxy passes on any name, anyone can make us write links that begin with theirs. So once
the operator has configured how people reach the server, other public names are refused. Names that no
stranger can own are still accepted: addresses, this machine, and names without a dot or below `local` and
`internal`, which proxies, containers and neighbouring machines use.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from config.settings import Settings
from config.values import is_address
from server.core.errors import MisdirectedRequest

# Nobody can register a name below these (RFC 6761, RFC 6762, ICANN's resolution 2024.07.29.06).
PRIVATE = (".localhost", ".local", ".internal")

# The paths that monitoring and load balancers request, under any name.
FOR_MONITORS = frozenset({"/health/live", "/health/ready", "/metrics"})

# How many accepted names to remember, as they were sent. Usually the same few names are used again and again.
KNOWN = 1_000


class Hosts:
    """Checks requests against the names in the settings. In PROD, if there are none, all names pass."""

    def __init__(self, settings: Settings) -> None:
        names = list(settings.allowed_host_names)
        if settings.public_origin is not None:
            names.append(urlsplit(settings.public_origin).hostname or "")
        self._is_checked = settings.mode == "PROD" and bool(names)
        self._names = frozenset(name for name in names if not name.startswith("*."))
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))
        self._known: set[str] = set()

    def check(self, host: str | None, path: str) -> None:
        """Raises MisdirectedRequest. Without a host, the client is an old program, never a browser."""
        if not self._is_checked or not host or host in self._known or path in FOR_MONITORS:
            return
        if not self._allows(name_of(host)):
            raise MisdirectedRequest
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known.add(host)

    def _allows(self, name: str) -> bool:
        return name in self._names or name.endswith(self._endings) or is_private(name)


def name_of(host: str) -> str:
    """The name or address in a Host header, without port, brackets and the root's trailing dot."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().removesuffix(".")


def is_private(name: str) -> bool:
    """Whether no stranger can make a browser take this name for their own."""
    return "." not in name or name.endswith(PRIVATE) or is_address(name)
