"""What a host knows about the other hosts, and which of them must be evicted or removed."""

from __future__ import annotations

from collections.abc import Iterable

from server.core.cache.cache_host import CacheHost
from server.core.cache.notices import LEASE_OVER, PATIENCE


class Membership:
    """One host's view, under one number. Times are nanoseconds of `server.core.cache.versions.clock`."""

    def __init__(self, me: int) -> None:
        self.me = me
        self.others: list[int] = []
        self._strange: dict[int, int] = {}  # hosts that don't know this one, and since when
        self._evicted: dict[int, int] = {}

    def learn(self, hosts: Iterable[CacheHost], now: int) -> bool:
        """Take in the current list of all hosts, and return whether the other hosts have changed."""
        found = sorted((host for host in hosts if host.id != self.me), key=lambda host: host.id)
        strange = [host.id for host in found if self.me not in host.knows]
        self._strange = {host: self._strange.get(host, now) for host in strange}
        evicted = [host.id for host in found if host.evicted]
        self._evicted = {host: self._evicted.get(host, now) for host in evicted}
        before, self.others = self.others, [host.id for host in found]
        return before != self.others

    @property
    def is_known(self) -> bool:
        """Whether all other hosts notify this one of their changes. Only then may it trust its table.

        An evicted host counts until its row is gone, because its lease may still last, and its writers still
        notify only the hosts that they knew before.
        """
        return not self._strange

    @property
    def is_settled(self) -> bool:
        """Whether no host is about to join or leave."""
        return not self._strange and not self._evicted

    def overdue(self, now: int) -> list[int]:
        """The hosts that should know this one by now and don't."""
        late = now - int(PATIENCE * 1e9)
        return [host for host, since in self._strange.items() if since < late and host not in self._evicted]

    def gone(self, now: int) -> list[int]:
        """The evicted hosts whose lease has certainly expired, as they couldn't renew it for long enough."""
        over = now - int(LEASE_OVER * 1e9)
        return [host for host, since in self._evicted.items() if since < over]
