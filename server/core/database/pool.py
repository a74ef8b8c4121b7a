"""The pool of connections as Tortoise uses it, with bounds: nobody waits for a connection without end.

A database that is slow makes every request wait for one of few connections. Where too many wait already, the
next is refused at once, and who has waited for long is refused too: both are answered 503, and the server
has its memory and its wits when the database comes back. Tortoise finds this as the engine
`server.core.database.pool`.

The pool follows a database whose primary changes: it keeps no connection to a server that takes no writes
while another one does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
from asyncpg.exceptions import InterfaceError
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from tortoise import connections
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from config import traces
from config.addresses import DatabaseAddress, Host
from server.core.database import traced
from server.core.database.connecting import connect_somewhere

# What asyncpg's `create_pool` gives to the class that it makes, where nobody says otherwise.
DEFAULTS = {
    "max_queries": 50_000,
    "max_inactive_connection_lifetime": 300.0,
    "connection_class": asyncpg.Connection,
    "record_class": asyncpg.Record,
}

# Who waits longer than this for a connection is refused. Seconds.
ACQUIRE_TIMEOUT = 2.0

# A connection whose statement was given up is waited for as long, and closed then. Seconds.
RELEASE_TIMEOUT = 1.0

# A connection to a read-only server is replaced at most this often: if no server takes writes, pages can
# still be read, and each should not cost a new connection. Seconds.
LOOK_EVERY = 1.0

# So many may wait in one process: at half a millisecond each, as most of our statements take, the last one
# of them waits for a quarter of a second.
MOST_WAITING = 500


class PoolExhausted(OSError):
    """All connections are in use, and too many wait for one; it passes."""


asyncpg_pool: Any = asyncpg.Pool  # it has no types


class BoundedPool(asyncpg_pool):  # type: ignore[misc]
    """asyncpg's, with bounds on waiting, and connections to the server that takes writes."""

    waiting = 0

    def __init__(self, address: DatabaseAddress, session: Mapping[str, str], **options: Any) -> None:
        super().__init__(connect=self._opened, **{**DEFAULTS, **options})
        self._address, self._session = address, session
        self._hosts: WeakKeyDictionary[Any, Host] = WeakKeyDictionary()
        self._looked = -LOOK_EVERY

    async def _opened(self, **options: Any) -> Any:
        """Open a connection, and end those that it shows to be useless: to another host, or read-only."""
        within = options.pop("timeout")
        fresh, host = await connect_somewhere(self._address, within=within, session=self._session, **options)
        if not is_read_only(fresh):
            for connection, of in list(self._hosts.items()):
                if of != host or is_read_only(connection):
                    connection.terminate()
        self._hosts[fresh] = host
        return fresh

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109  # named by asyncpg
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
        """Give it back. One that does not come to rest, or whose server is read-only, is closed."""
        with suppress(InterfaceError):  # of one that has ended
            if is_read_only(connection) and time.monotonic() >= self._looked + LOOK_EVERY:
                self._looked = time.monotonic()
                connection.terminate()
        await super().release(connection, timeout=timeout or RELEASE_TIMEOUT)


def is_read_only(connection: Any) -> bool:
    """Whether its server refuses writes at the moment. PostgreSQL 14 and newer report that unasked."""
    if connection.is_closed():
        return False
    said = connection.get_settings()
    if getattr(said, "in_hot_standby", "off") == "on":
        return True
    return bool(getattr(said, "default_transaction_read_only", "off") == "on")


class BoundedClient(AsyncpgDBClient):
    """Tortoise's client with such a pool."""

    def __init__(self, *, address: DatabaseAddress, session: Mapping[str, str], **others: Any) -> None:
        super().__init__(**others)
        self._address, self._session = address, session

    async def create_pool(self, **options: Any) -> Any:
        """Open it."""
        for name in ("host", "port", "user", "password", "database"):  # the address has them
            del options[name]
        if traces.spans is not None:
            options["init"] = traced.follow
        return await BoundedPool(self._address, self._session, **options)


client_class = BoundedClient


def measured() -> Iterator[Metric]:
    """The pool of this process, in figures; nothing where none is open."""
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
