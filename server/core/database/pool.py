"""Tortoise's connection pool, with limits, so that no request waits for a connection forever.

When the database is slow, all requests wait for a few connections. If too many are waiting already, the next
request is refused at once, and so is one that has waited too long: both get 503, and the server still has
memory and is responsive when the database recovers. Tortoise finds this as the engine
`server.core.database.pool`.

No user has more than a few of the connections at a time, and no address whose users aren't known yet has more
than half of them: what others ask for doesn't queue behind it.

The pool follows a database whose primary changes: it keeps no connection to a server that refuses writes
while another one accepts them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import asyncpg
from asyncpg.exceptions import InterfaceError
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from tortoise import connections
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from config import traces
from config.database_address import DatabaseAddress, Host
from server.core.database import traced
from server.core.database.connecting import connect_somewhere
from server.core.limits.turns import Address, Turns, asker

# The defaults that asyncpg's `create_pool` passes to the pool class.
DEFAULTS = {
    "max_queries": 50_000,
    "max_inactive_connection_lifetime": 300.0,
    "connection_class": asyncpg.Connection,
    "record_class": asyncpg.Record,
}

# A request that waits longer than this many seconds for a connection is refused.
ACQUIRE_TIMEOUT = 2.0

# How many seconds to wait for a connection whose statement was abandoned before closing it.
RELEASE_TIMEOUT = 1.0

# A connection to a read-only server is replaced at most once in this many seconds: if no server accepts
# writes, pages can still be read, and each page shouldn't cost a new connection.
LOOK_EVERY = 1.0

# The most requests that may wait in one process. At half a millisecond each, which is what most of our
# statements take, the last one waits for a quarter of a second.
MOST_WAITING = 500


# The most connections that one user has at a time in one process, one more to manage the account while a
# program uses those, and the most of their requests that wait.
PER_USER, FOR_ACCOUNT, WAITING_OF_USER = 3, 1, 200

# The share of `MOST_WAITING` that may wait for one address.
WAITING_OF_ADDRESS = MOST_WAITING // 2


class PoolExhausted(OSError):
    """All connections are in use and too many requests are waiting for one. This is transient."""


asyncpg_pool: Any = asyncpg.Pool  # asyncpg has no types


class BoundedPool(asyncpg_pool):  # type: ignore[misc]
    """asyncpg's pool with limits on waiting, whose connections lead to the server that accepts writes."""

    waiting = 0

    def __init__(self, address: DatabaseAddress, session: Mapping[str, str], **options: Any) -> None:
        super().__init__(connect=self._opened, reset=self._settle, **{**DEFAULTS, **options})
        self._address, self._session = address, session
        self._hosts: WeakKeyDictionary[Any, Host] = WeakKeyDictionary()
        self._looked = -LOOK_EVERY
        self._users = Turns(at_once=PER_USER, waiting=WAITING_OF_USER)
        self._accounts = Turns(at_once=FOR_ACCOUNT, waiting=WAITING_OF_USER)
        self._addresses = Turns(at_once=max(1, options["max_size"] // 2), waiting=WAITING_OF_ADDRESS)
        self._taken: dict[Any, tuple[Turns, int | str]] = {}
        self._abandoned = WeakSet[Any]()

    async def _opened(self, **options: Any) -> Any:
        """Open a connection; if it accepts writes, end those that lead to another host or are read-only."""
        within = options.pop("timeout")
        fresh, host = await connect_somewhere(self._address, within=within, session=self._session, **options)
        if not is_read_only(fresh):
            for connection, of in list(self._hosts.items()):
                if of != host or is_read_only(connection):
                    connection.terminate()
        self._hosts[fresh] = host
        return fresh

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109  # named by asyncpg
        who = asker.get()
        if who is None:
            return await self._free(timeout)
        turns = self._turns_of(who)
        if not turns.take_free(who):
            try:
                async with asyncio.timeout(ACQUIRE_TIMEOUT):
                    await turns.take(who)
            except TimeoutError:
                words = "earlier requests of the same user or address kept their connections for"
                raise PoolExhausted(f"{words} {ACQUIRE_TIMEOUT:g} s") from None
        try:
            connection = await self._free(timeout)
        except BaseException:
            turns.give_back(who)
            raise
        self._taken[connection] = turns, who
        return connection

    def _turns_of(self, who: int | str | Address) -> Turns:
        if isinstance(who, Address):
            return self._addresses
        return self._users if isinstance(who, int) else self._accounts

    async def _free(self, timeout: float | None) -> Any:  # noqa: ASYNC109  # named by asyncpg
        if not self._queue.empty():
            return await super()._acquire(timeout)
        if self.waiting >= MOST_WAITING:
            raise PoolExhausted(f"{MOST_WAITING} requests are already waiting for a database connection")
        self.waiting += 1
        try:
            return await super()._acquire(timeout or ACQUIRE_TIMEOUT)
        except TimeoutError:
            raise PoolExhausted(f"no database connection became free within {ACQUIRE_TIMEOUT:g} s") from None
        finally:
            self.waiting -= 1

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Return a connection to the pool, or close it if it stays busy or its server is read-only."""
        with suppress(InterfaceError):  # raised if the connection has ended
            if is_read_only(connection) and time.monotonic() >= self._looked + LOOK_EVERY:
                self._looked = time.monotonic()
                connection.terminate()
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            self._abandoned.add(connection._con)
        try:
            await super().release(connection, timeout=timeout or RELEASE_TIMEOUT)
        finally:
            if (taken := self._taken.pop(connection, None)) is not None:
                turns, who = taken
                turns.give_back(who)

    async def _settle(self, connection: Any) -> None:
        """End what a cancelled task may have left on a connection that returns to the pool.

        Nothing done through the pool changes the session, and asyncpg's own reset would cost a round trip for
        each statement. But asyncpg prepares a statement without ending the implicit transaction. If the task
        is cancelled in the very moment when the statement is ready, it stays like that, with its locks, until
        the connection is used again.
        """
        if connection in self._abandoned:
            self._abandoned.discard(connection)
            await connection.execute("SELECT")


def is_read_only(connection: Any) -> bool:
    """Whether its server refuses writes at the moment. PostgreSQL 14 and newer report this unasked."""
    if connection.is_closed():
        return False
    said = connection.get_settings()
    if getattr(said, "in_hot_standby", "off") == "on":
        return True
    return bool(getattr(said, "default_transaction_read_only", "off") == "on")


class BoundedClient(AsyncpgDBClient):
    """Tortoise's client, with a `BoundedPool`."""

    def __init__(self, *, address: DatabaseAddress, session: Mapping[str, str], **others: Any) -> None:
        super().__init__(**others)
        self._address, self._session = address, session

    async def create_pool(self, **options: Any) -> Any:
        """Open the pool."""
        for name in ("host", "port", "user", "password", "database"):  # they are in the address
            del options[name]
        if traces.spans is not None:
            options["init"] = traced.follow
        return await BoundedPool(self._address, self._session, **options)


client_class = BoundedClient


def measured() -> Iterator[Metric]:
    """The metrics of this process's pool; none if no pool is open."""
    pool: Any = getattr(connections.get("default"), "_pool", None)
    if pool is None:
        return
    idle, size = pool.get_idle_size(), pool.get_size()
    open_now = GaugeMetricFamily(
        "perch_database_connections", "Connections to PostgreSQL.", labels=("state",)
    )
    open_now.add_metric(("idle",), idle)
    open_now.add_metric(("busy",), size - idle)
    yield open_now
    yield GaugeMetricFamily(
        "perch_database_connections_limit",
        "The most connections that can be open.",
        value=pool.get_max_size(),
    )
    yield GaugeMetricFamily(
        "perch_database_waiting", "Requests waiting for a connection.", value=pool.waiting
    )
