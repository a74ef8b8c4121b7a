"""A batcher: combines writes requested at the same time into one statement.

A statement costs its round trip, planning, triggers and commit once, whether it writes one row or fifty.
Nothing waits for company: a write that comes while nothing is under way runs at once, and those that come in
the meantime run together next. So writers of one row, such as everyone who likes one tweet, wait for a few
transactions instead of hundreds. A row that stays locked for long holds up those who write that row, and the
others of the statement that waits for it; later ones run without it, after a quarter of a second at most.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from asyncpg.exceptions import (
    DataError,
    IntegrityConstraintViolationError,
    LockNotAvailableError,
    TransactionRollbackError,
)

from config import traces

Item = TypeVar("Item")
Result = TypeVar("Result")

# How many statements of one kind may be under way at once in a process. A second one starts beside a small
# one (fewer than FEW items), so that two lone writers don't wait for each other. Beside a larger one,
# newcomers wait and share the next statement: under 32 writers, a tweet takes 11 % less time that way, a like
# 7 %.
FLIGHTS, FEW = 2, 4

# A statement that takes longer than this many seconds is waiting for a lock. Another one starts in its place,
# without the rows that the first may be waiting for.
HELD_UP_AFTER = 0.25

# After this many seconds, callers stop waiting, although the write may still happen. It is longer than one
# statement may take, and shorter than two in a row.
PATIENCE = 8.0

# The most rows in one statement.
AT_MOST = 100

# Errors caused by one item, after which certainly nothing was written: the other items are tried again. After
# a lost connection that isn't certain, and after a timeout a retry would time out again.
OWN_FAILURES = (DataError, IntegrityConstraintViolationError, LockNotAvailableError, TransactionRollbackError)


@dataclass(eq=False)
class _Flight:
    """A series of statements. `subjects` and `size` are those of the statement under way."""

    subjects: set[Hashable] = field(default_factory=set)
    size: int = 0
    is_held_up: bool = False
    task: asyncio.Task[None] | None = None  # the event loop alone keeps only a weak reference


@dataclass(eq=False, slots=True)
class _Asked(Generic[Item, Result]):
    """An item that a caller waits for. `trace` is the trace of their request, if tracing is on."""

    item: Item
    result: asyncio.Future[Result]
    trace: Any


class Together(Generic[Item, Result]):
    """Collects the items of concurrent `do` calls for `run`, and gives each caller its own result.

    If one item makes a statement of several fail, each is tried alone, so that no caller fails because of
    another.

    Args:
        run: does some items with one statement, and returns their results in order.
        subject: returns what an item may have to wait for: the row that it locks.
        few: with how many items in one statement newcomers wait for its end.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        subject: Callable[[Item], Hashable],
        *,
        few: int = FEW,
    ) -> None:
        self._run = run
        self._subject = subject
        self._few = few
        self._waiting: deque[_Asked[Item, Result]] = deque()
        self._flying: set[_Flight] = set()

    async def do(self, item: Item) -> Result:
        """Do this item and return its result. It may be done even if the caller is cancelled.

        Raises:
            TimeoutError: it took too long, waiting for a locked row or for a database that hangs.
        """
        asked: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked(item, asked, traces.here()))
        self._depart()
        async with asyncio.timeout(PATIENCE):
            return await asked

    def _depart(self) -> None:
        if self._has_room(self._flying):
            flight = _Flight()
            self._flying.add(flight)
            # In a context of its own, so that it belongs to no caller's request or transaction.
            flight.task = asyncio.create_task(self._fly(flight), context=Context())

    async def _fly(self, flight: _Flight) -> None:
        loop = asyncio.get_running_loop()
        try:
            while (
                not flight.is_held_up and self._has_room(self._flying - {flight}) and (some := self._taken())
            ):
                patience = loop.call_later(HELD_UP_AFTER, self._hold_up, flight)
                try:
                    await self._write(some, flight)
                finally:
                    patience.cancel()
        finally:
            self._flying.discard(flight)
            if flight.is_held_up:
                self._depart()  # continue with the items that waited for the same row

    def _has_room(self, flights: set[_Flight]) -> bool:
        """Whether another statement may start beside these."""
        sizes = [flight.size for flight in flights if not flight.is_held_up]
        return not sizes or (len(sizes) < FLIGHTS and sum(sizes) < self._few)

    def _hold_up(self, flight: _Flight) -> None:
        flight.is_held_up = True
        self._depart()

    def _taken(self) -> list[_Asked[Item, Result]]:
        """The items that can be written now, in order."""
        busy = {subject for flight in self._flying if flight.is_held_up for subject in flight.subjects}
        some: list[_Asked[Item, Result]] = []
        left: list[_Asked[Item, Result]] = []
        while self._waiting and len(some) < AT_MOST:
            one = self._waiting.popleft()
            if one.result.done():  # the caller is gone
                continue
            (left if busy and self._subject(one.item) in busy else some).append(one)
        self._waiting.extendleft(reversed(left))
        return some

    async def _write(self, some: Sequence[_Asked[Item, Result]], flight: _Flight) -> None:
        flight.subjects, flight.size = {self._subject(one.item) for one in some}, len(some)
        if flight.is_held_up:  # by fewer subjects than before
            self._depart()
        traces.go_on(some[0].trace)  # a statement can belong to only one trace
        try:
            self._tell(some, await self._run([one.item for one in some]))
        except OWN_FAILURES as error:
            if len(some) == 1:
                self._fail(some, error)
            else:
                for one in some:
                    if not one.result.done():  # callers that waited too long are gone
                        await self._write([one], flight)
        except BaseException as error:
            self._fail(some, error)
            if not isinstance(error, Exception):
                raise

    def _tell(self, some: Sequence[_Asked[Item, Result]], results: Sequence[Result]) -> None:
        for one, result in zip(some, results, strict=True):
            if not one.result.done():
                one.result.set_result(result)

    def _fail(self, some: Sequence[_Asked[Item, Result]], error: BaseException) -> None:
        for one in some:
            if not one.result.done():
                one.result.set_exception(error)
