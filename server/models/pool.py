"""The pool of connections as Tortoise uses it, with bounds: nobody waits for a connection without end.

A database that is slow makes every request wait for one of few connections. Where too many wait already, the
next is refused at once, and who has waited for long is refused too: both are answered 503, and the server
has its memory and its wits when the database comes back. Tortoise finds this as the engine
`server.models.pool`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from tortoise import connections
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from config import traces
from server.models import traced

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

# So many may wait in one process: at half a millisecond each, as most of our statements take, the last one
# of them waits for a quarter of a second.
MOST_WAITING = 500


class PoolExhausted(OSError):
    """All connections are in use, and too many wait for one; it passes."""


asyncpg_pool: Any = asyncpg.Pool  # it has no types


class BoundedPool(asyncpg_pool):  # type: ignore[misc]
    """asyncpg's, with bounds on waiting."""

    waiting = 0

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109  # named by asyncpg
        if not self._queue.empty():
            return await super()._acquire(timeout)
        if self.waiting >= MOST_WAITING:
            raise PoolExhausted(f"{MOST_WAITING} wait for a connection to the database already")
        self.waiting += 1
        try:
            return await super()._acquire(timeout or ACQUIRE_TIMEOUT)
        except TimeoutError:
            raise PoolExhausted(f"no connection to the database was free for {ACQUIRE_TIMEOUT:g} s") from None
        finally:
            self.waiting -= 1

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Give it back; one that does not come to rest is closed."""
        await super().release(connection, timeout=timeout or RELEASE_TIMEOUT)


class BoundedClient(AsyncpgDBClient):
    """Tortoise's client with such a pool."""

    async def create_pool(self, **options: Any) -> Any:
        """Open it."""
        if traces.spans is not None:
            options["init"] = traced.follow
        return await BoundedPool(**{**DEFAULTS, **options})


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
        "perch_database_connections_limit", "Connections that may be open.", value=pool.get_max_size()
    )
    yield GaugeMetricFamily("perch_database_waiting", "Who waits for a connection.", value=pool.waiting)
