"""Clients of Redis and Valkey: the only place that creates them, with their timeouts.

With sentinels, each new connection goes to the server that they currently name as the primary, and idle
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

# How many seconds Redis or a sentinel has to accept a connection, and to answer.
CONNECT_TIMEOUT, SOCKET_TIMEOUT = 2, 5
SENTINEL_TIMEOUT = 2

# After these errors a connection is closed and reopened once, immediately. uvloop raises RuntimeError for a
# connection that Redis closed meanwhile, and redis.asyncio lets it through. If a server has become read-only,
# its address may now lead to another one. A timeout is not retried: waits would double.
AGAIN: Any = (ConnectionError, RuntimeError, ReadOnlyError)


def client(address: RedisAddress) -> Redis:
    """A client with connections of its own, which are closed with it."""
    return Redis.from_pool(pool(address))


def pool(address: RedisAddress, *, socket_timeout: float | None = SOCKET_TIMEOUT) -> ConnectionPool:
    """A pool that opens another connection if all are in use."""
    made: ConnectionPool = _pool(address, ConnectionPool, SentinelPool, socket_timeout)
    return made


def blocking_pool(address: RedisAddress) -> BlockingConnectionPool:
    """A pool in which callers wait if all connections are in use."""
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
    """A pool that also closes its connections to the sentinels."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Close the idle connections, or all of them."""
        await super().disconnect(inuse_connections)
        if inuse_connections:
            await self.sentinel_manager.aclose()


class BlockingSentinelPool(BlockingConnectionPool, SentinelPool):
    """A pool with sentinels in which callers wait if all connections are in use."""
