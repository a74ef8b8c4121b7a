"""What a host knows of the others, and which of them have to go."""

from __future__ import annotations

from collections.abc import Iterable

from server.core.cache.cache_host import CacheHost
from server.core.cache.notices import LEASE_OVER, PATIENCE


class Membership:
    """Of one host, under one number. Times in nanoseconds of `server.core.cache.versions.clock`."""

    def __init__(self, me: int) -> None:
        self.me = me
        self.others: list[int] = []
        self._strange: dict[int, int] = {}  # who does not know this host, and since when
        self._evicted: dict[int, int] = {}

    def learn(self, hosts: Iterable[CacheHost], now: int) -> bool:
        """These are all hosts now; whether there are others than before."""
        found = sorted((host for host in hosts if host.id != self.me), key=lambda host: host.id)
        strange = [host.id for host in found if self.me not in host.knows]
        self._strange = {host: self._strange.get(host, now) for host in strange}
        evicted = [host.id for host in found if host.evicted]
        self._evicted = {host: self._evicted.get(host, now) for host in evicted}
        before, self.others = self.others, [host.id for host in found]
        return before != self.others

    @property
    def is_known(self) -> bool:
        """Whether all the others tell this host what they change: only then it may believe its table.

        An evicted one counts until its row is gone: its lease may last, and its writers do not know more
        than they did.
        """
        return not self._strange

    @property
    def is_settled(self) -> bool:
        """Whether nobody is about to come or to go."""
        return not self._strange and not self._evicted

    def overdue(self, now: int) -> list[int]:
        """Who should know this host by now."""
        late = now - int(PATIENCE * 1e9)
        return [host for host, since in self._strange.items() if since < late and host not in self._evicted]

    def gone(self, now: int) -> list[int]:
        """Whose lease is over, as it could not be renewed for long enough."""
        over = now - int(LEASE_OVER * 1e9)
        return [host for host, since in self._evicted.items() if since < over]
