"""Throttled warnings: if many requests fail in the same way, one log line a second says how many."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

log = logging.getLogger(__name__)

# How many seconds there are between two lines about the same error.
EVERY = 1.0


@dataclass(slots=True)
class Burst:
    """The requests that the next line will be about."""

    count: int = 0
    last: str = ""


class Seldom:
    """One process's warnings, by the type of the error."""

    def __init__(self) -> None:
        self._bursts: dict[type[BaseException], Burst] = {}

    def warn(self, where: str, error: Exception) -> None:
        """Log now that a request failed with this error, or count it for the next line."""
        kind = type(error)
        if (burst := self._bursts.get(kind)) is not None:
            burst.count, burst.last = burst.count + 1, f"{where}: {kind.__name__}: {error}"
            return
        log.warning("%s: %s: %s", where, kind.__name__, error)
        self._begin(kind)

    def _begin(self, kind: type[BaseException]) -> None:
        self._bursts[kind] = Burst()
        asyncio.get_running_loop().call_later(EVERY, self._end, kind)

    def _end(self, kind: type[BaseException]) -> None:
        burst = self._bursts.pop(kind)
        if burst.count == 0:
            return
        log.warning("%d more requests failed in the same way, the last one: %s", burst.count, burst.last)
        self._begin(kind)
