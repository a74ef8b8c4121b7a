"""How many live streams one may hold open in a web process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Streams:
    """The open ones, by who holds them."""

    def __init__(self, *, per_user: int, per_address: int) -> None:
        self._most = {"user": per_user, "address": per_address}
        self._open: Counter[tuple[str, object]] = Counter()

    @contextmanager
    def held(self, user_id: int, address: str | None) -> Iterator[bool]:
        """Inside the block one more is open; False where that is too many, and none is counted."""
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
