"""Doing in one statement what many ask for at the same moment.

A statement costs its round trip, its planning, its triggers and its commit once, for one row or fifty.
Nobody waits for company: what comes while nothing is under way is done at once; what comes meanwhile is done
together next. Writers of one row, such as all who like one tweet, then wait for a few transactions and not
for hundreds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from asyncpg.exceptions import PostgresError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Statements under way at once, of one kind in one process: while one waits for a lock, another goes on.
FLIGHTS = 2

# Rows in one statement.
AT_MOST = 100


class Together(Generic[Item, Result]):
    """`do` gives to `run` what was asked meanwhile, and to each who asked its own result.

    Where a statement of several fails, each is tried alone, so that nobody fails for another's sake.
    """

    def __init__(self, run: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        self._run = run
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._flying: set[asyncio.Task[None]] = set()

    async def do(self, item: Item) -> Result:
        """The result of this one. Who asks and goes away may find it done all the same."""
        asked: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, asked))
        if len(self._flying) < FLIGHTS:
            # Of nobody's request, and of nobody's transaction.
            flight = asyncio.create_task(self._fly(), context=Context())
            self._flying.add(flight)
            flight.add_done_callback(self._flying.discard)
        return await asked

    async def _fly(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(AT_MOST, len(self._waiting)))]
            try:
                self._tell(some, await self._run([item for item, _ in some]))
            except PostgresError as error:
                if len(some) == 1:
                    self._fail(some, error)
                else:
                    await self._one_by_one(some)
            except BaseException as error:
                self._fail(some, error)
                if not isinstance(error, Exception):
                    raise

    async def _one_by_one(self, some: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        for one in some:
            try:
                self._tell([one], await self._run([one[0]]))
            except Exception as error:
                self._fail([one], error)

    def _tell(self, some: Sequence[tuple[Item, asyncio.Future[Result]]], results: Sequence[Result]) -> None:
        for (_, asked), result in zip(some, results, strict=True):
            if not asked.done():
                asked.set_result(result)

    def _fail(self, some: Sequence[tuple[Item, asyncio.Future[Result]]], error: BaseException) -> None:
        for _, asked in some:
            if not asked.done():
                asked.set_exception(error)
