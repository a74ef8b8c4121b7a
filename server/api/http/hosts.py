"""By which names this server may be asked.

A page of another site can have its own name point at this server (DNS rebinding, where a browser then takes
what it gets here for that site's), and a proxy that passes any name on lets anybody write links that begin
with it. So where an operator has said how people reach the server, other public names are refused. What no
stranger can have as a name is not: addresses, this machine, and names without a dot or below `local` and
`internal`, by which proxies, containers and neighbours call.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from config.settings import Settings
from config.values import is_address
from server.core.errors import MisdirectedRequest

# Nobody can register a name below these (RFC 6761, RFC 6762, ICANN's resolution 2024.07.29.06).
PRIVATE = (".localhost", ".local", ".internal")

# What monitoring and load balancers ask, by whatever name.
FOR_MONITORS = frozenset({"/health/live", "/health/ready", "/metrics"})

# Names that were let in, as they were sent: few, again and again.
KNOWN = 1_000


class Hosts:
    """The names of the settings, and whether a request uses one. Without any in PROD all names do."""

    def __init__(self, settings: Settings) -> None:
        names = list(settings.allowed_host_names)
        if settings.public_origin is not None:
            names.append(urlsplit(settings.public_origin).hostname or "")
        self._is_checked = settings.mode == "PROD" and bool(names)
        self._names = frozenset(name for name in names if not name.startswith("*."))
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))
        self._known: set[str] = set()

    def check(self, host: str | None, path: str) -> None:
        """Raises MisdirectedRequest. No host is an old program, and never a browser."""
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
    """The name or address in a Host header, without port, brackets and the dot of the root."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().removesuffix(".")


def is_private(name: str) -> bool:
    """Whether no stranger can make a browser take this name for their own."""
    return "." not in name or name.endswith(PRIVATE) or is_address(name)
