"""Clients of Redis and Valkey: the one place that makes them, with their time-outs.

With sentinels, each new connection goes to the server that they name as the primary at that moment, and idle
connections to an earlier one are closed.
"""

from __future__ import annotations

from typing import Any

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import (
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, ReadOnlyError

from config.redis_address import RedisAddress, Sentinels

# How long Redis has to take a connection, and to answer; and a sentinel for either. Seconds.
CONNECT_TIMEOUT, SOCKET_TIMEOUT = 2, 5
SENTINEL_TIMEOUT = 2

# After these errors a connection is closed and opened again, once and at once. uvloop raises RuntimeError for
# one that Redis closed meanwhile, and redis.asyncio lets it through. A server that has become read-only may
# have left its address to another one. A time-out is not tried again: waits would double.
AGAIN: Any = (ConnectionError, RuntimeError, ReadOnlyError)


def client(address: RedisAddress) -> Redis:
    """A client with connections of its own, which end with it."""
    return Redis.from_pool(pool(address))


def pool(address: RedisAddress, *, socket_timeout: float | None = SOCKET_TIMEOUT) -> ConnectionPool:
    """Connections, of which one more is made where all are in use."""
    made: ConnectionPool = _pool(address, ConnectionPool, SentinelPool, socket_timeout)
    return made


def blocking_pool(address: RedisAddress) -> BlockingConnectionPool:
    """Connections; where all are in use, the next one who wants one waits."""
    made: BlockingConnectionPool = _pool(
        address, BlockingConnectionPool, BlockingSentinelPool, SOCKET_TIMEOUT
    )
    return made


def _pool(address: RedisAddress, plain: Any, of_sentinels: Any, socket_timeout: float | None) -> Any:
    options: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "socket_timeout": socket_timeout,
        "retry": Retry(NoBackoff(), 1, supported_errors=AGAIN),
    }
    sentinels = address.sentinels
    if sentinels is None:
        return plain.from_url(address.server_url, **options)
    options |= parse_url(address.server_url)
    is_tls = options.pop("connection_class", None) is SSLConnection
    kind = SentinelManagedSSLConnection if is_tls else SentinelManagedConnection
    asked = _sentinel(address, sentinels, {"ssl": True} if is_tls else {})
    return of_sentinels(service_name=sentinels.name, sentinel_manager=asked, connection_class=kind, **options)


def _sentinel(address: RedisAddress, of: Sentinels, tls: dict[str, Any]) -> Sentinel:
    """The client that asks the sentinels; it uses TLS if the servers do."""
    given = address.parameters
    options = {
        **tls,
        **{name: value for name, value in parse_url(address.server_url).items() if name.startswith("ssl_")},
        "username": given.get("sentinel_username"),
        "password": given.get("sentinel_password"),
        "socket_connect_timeout": SENTINEL_TIMEOUT,
        "socket_timeout": SENTINEL_TIMEOUT,
        "retry": Retry(NoBackoff(), 1, supported_errors=AGAIN),
    }
    return Sentinel(of.hosts, sentinel_kwargs=options)  # type: ignore[no-untyped-call]


class SentinelPool(SentinelConnectionPool):
    """One that closes what it asks the sentinels by, too."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Those that nobody uses, or all."""
        await super().disconnect(inuse_connections)
        if inuse_connections:
            await self.sentinel_manager.aclose()


class BlockingSentinelPool(BlockingConnectionPool, SentinelPool):
    """The same, for more callers than connections."""
