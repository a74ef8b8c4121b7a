"""Large responses are made a few at a time, and each user has few, which are in memory until they are taken.

Whoever makes one takes a turn first (`take`), with the approximate size. Once it is written to its connection
(`written`), others may make theirs: from then on it counts among what connections hold
(`server.api.http.held`). When the client has taken it, its user gets the turn back (`give_back`). Until then,
the turn belongs to the task that serves the connection.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextvars import ContextVar
from typing import Final

from server.core.limits.turns import Turns

# From how many bytes on a response is large. A page of 50 tweets usually has 20,000.
LARGE = 256 << 10

# How many large responses each user may have in a process at once, and how many may be made. More wait.
EACH = Turns(at_once=2, waiting=50)
TOGETHER = Turns(at_once=16, waiting=500)
EVERYBODY: Final = "everybody"

# How many seconds a client has to take a large response before its user gets the turn back.
PATIENCE = 30.0

_taken: ContextVar[Hashable | None] = ContextVar("taken", default=None)
_is_making: ContextVar[bool] = ContextVar("is_making", default=False)


async def take(who: Hashable, size: int) -> None:
    """Wait for a turn, if the response will be large. Raises RateLimited if too many wait already."""
    if size < LARGE or _taken.get() is not None:
        return
    await EACH.take(who)
    try:
        await TOGETHER.take(EVERYBODY)
    except BaseException:
        EACH.give_back(who)
        raise
    _taken.set(who)
    _is_making.set(True)


def written(size: int) -> None:
    """So many bytes were written to this task's connection. Let others go on, if they were its response."""
    if size >= LARGE and _is_making.get():
        _is_making.set(False)
        TOGETHER.give_back(EVERYBODY)


def give_back() -> None:
    """Give this task's turn back, if it has one."""
    if (who := _taken.get()) is not None:
        _taken.set(None)
        if _is_making.get():
            _is_making.set(False)
            TOGETHER.give_back(EVERYBODY)
        EACH.give_back(who)
