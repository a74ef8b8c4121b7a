"""Log lines about what goes wrong for many requests at once: one a second, with how many it stands for."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

log = logging.getLogger(__name__)

# Between two lines about the same. Seconds.
EVERY = 1.0


@dataclass(slots=True)
class Burst:
    """Requests that the next line is about."""

    count: int = 0
    last: str = ""


class Seldom:
    """Warnings of one process, by what they are about."""

    def __init__(self) -> None:
        self._bursts: dict[type[BaseException], Burst] = {}

    def warn(self, where: str, error: Exception) -> None:
        """Say now that a request failed of it, or count the request for the next line."""
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
