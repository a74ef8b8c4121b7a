"""Limits on the live streams that a user or an address may hold open in a web process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Streams:
    """The number of open streams, by user and by address."""

    def __init__(self, *, per_user: int, per_address: int) -> None:
        self._most = {"user": per_user, "address": per_address}
        self._open: Counter[tuple[str, object]] = Counter()

    @contextmanager
    def held(self, user_id: int, address: str | None) -> Iterator[bool]:
        """Inside the block, one more stream is open; False, and nothing is counted, if that is too many."""
        holders: list[tuple[str, object]] = [("user", user_id)]
        if address is not None:
            holders.append(("address", address))
        if any(self._open[holder] >= self._most[holder[0]] for holder in holders):
            yield False
            return
        self._open.update(holders)
        try:
            yield True
        finally:
            self._open.subtract(holders)
            for holder in holders:
                if not self._open[holder]:
                    del self._open[holder]
