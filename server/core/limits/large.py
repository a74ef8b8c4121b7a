"""Large responses are made a few at a time, because each is in memory until its client has taken it.

Whoever makes one takes a turn first (`take`), with the approximate size; whoever has sent it gives the turn
back (`give_back`). In between, the turn belongs to the task that serves the connection.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextvars import ContextVar
from typing import Final

from server.core.limits.turns import Turns

# From how many bytes on a response is large. A page of 50 tweets usually has 20,000.
LARGE = 256 << 10

# How many large responses each user, and all users together, may have in a process at once. More wait.
EACH = Turns(at_once=2, waiting=50)
TOGETHER = Turns(at_once=16, waiting=500)
EVERYBODY: Final = "everybody"

# How many seconds a client has to take a large response before its user gets the turn back.
PATIENCE = 30.0

_taken: ContextVar[Hashable | None] = ContextVar("taken", default=None)


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


def give_back() -> None:
    """Give this task's turn back, if it has one."""
    if (who := _taken.get()) is not None:
        _taken.set(None)
        TOGETHER.give_back(EVERYBODY)
        EACH.give_back(who)
