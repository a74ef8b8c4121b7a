"""Doing in one statement what many ask for at the same moment.

A statement costs its round trip, its planning, its triggers and its commit once, for one row or fifty.
Nobody waits for company: what comes while nothing is under way is done at once; what comes meanwhile is done
together next. Writers of one row, such as all who like one tweet, then wait for a few transactions and not
for hundreds. A row that somebody else has locked for long holds up those who write it, and nobody else.
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

# Statements under way at once, of one kind in one process.
FLIGHTS = 2

# One that takes longer waits for a lock: another goes in its place, without what it may wait for. Seconds.
HELD_UP_AFTER = 0.25

# What is not done by then may be done all the same; nobody waits for it. Longer than one statement may take,
# and shorter than two one after the other. Seconds.
PATIENCE = 8.0

# Rows in one statement.
AT_MOST = 100

# Somebody's own failure, and surely nothing was done: the others are tried again. Where the connection is
# lost nobody knows that, and where time has run out it would run out again.
OWN_FAILURES = (DataError, IntegrityConstraintViolationError, LockNotAvailableError, TransactionRollbackError)


@dataclass(eq=False)
class _Flight:
    """Statements one after the other. `subjects` are those of the one that is under way."""

    subjects: set[Hashable] = field(default_factory=set)
    is_held_up: bool = False
    task: asyncio.Task[None] | None = None  # the event loop alone would let go of it


@dataclass(eq=False, slots=True)
class _Asked(Generic[Item, Result]):
    """What somebody waits for. `trace` is that of their request, where traces are wanted."""

    item: Item
    result: asyncio.Future[Result]
    trace: Any


class Together(Generic[Item, Result]):
    """`do` gives to `run` what was asked meanwhile, and to each who asked its own result.

    Where a statement of several fails for what one of them asked, each is tried alone, so that nobody fails
    for another's sake. `subject` is what an item may have to wait for: the row that it locks.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        subject: Callable[[Item], Hashable],
    ) -> None:
        self._run = run
        self._subject = subject
        self._waiting: deque[_Asked[Item, Result]] = deque()
        self._flying: set[_Flight] = set()

    async def do(self, item: Item) -> Result:
        """The result of this one. Who goes away while it is under way finds it done all the same.

        Raises:
            TimeoutError: it took too long, waiting for a locked row or for a database that hangs.
        """
        asked: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked(item, asked, traces.here()))
        self._depart()
        async with asyncio.timeout(PATIENCE):
            return await asked

    def _depart(self) -> None:
        if sum(not flight.is_held_up for flight in self._flying) < FLIGHTS:
            flight = _Flight()
            self._flying.add(flight)
            # Of nobody's request, and of nobody's transaction.
            flight.task = asyncio.create_task(self._fly(flight), context=Context())

    async def _fly(self, flight: _Flight) -> None:
        loop = asyncio.get_running_loop()
        try:
            while not flight.is_held_up and (some := self._taken()):
                flight.subjects = {self._subject(one.item) for one in some}
                patience = loop.call_later(HELD_UP_AFTER, self._hold_up, flight)
                try:
                    await self._write(some)
                finally:
                    patience.cancel()
        finally:
            self._flying.discard(flight)
            if flight.is_held_up:
                self._depart()  # with what waited for the same

    def _hold_up(self, flight: _Flight) -> None:
        flight.is_held_up = True
        self._depart()

    def _taken(self) -> list[_Asked[Item, Result]]:
        """What can be written now, in its order."""
        busy = {subject for flight in self._flying if flight.is_held_up for subject in flight.subjects}
        some: list[_Asked[Item, Result]] = []
        left: list[_Asked[Item, Result]] = []
        while self._waiting and len(some) < AT_MOST:
            one = self._waiting.popleft()
            if one.result.done():  # who asked has gone
                continue
            (left if busy and self._subject(one.item) in busy else some).append(one)
        self._waiting.extendleft(reversed(left))
        return some

    async def _write(self, some: Sequence[_Asked[Item, Result]]) -> None:
        traces.go_on(some[0].trace)  # a statement is of one trace
        try:
            self._tell(some, await self._run([one.item for one in some]))
        except OWN_FAILURES as error:
            if len(some) == 1:
                self._fail(some, error)
            else:
                for one in some:
                    if not one.result.done():  # who waited too long has gone
                        await self._write([one])
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
