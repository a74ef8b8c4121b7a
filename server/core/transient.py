"""Failures that pass by themselves: a part that restarts, refuses, or is too slow."""

from __future__ import annotations

from collections.abc import Iterator

import asyncpg
from redis.exceptions import RedisError
from tortoise.exceptions import DBConnectionError

from storage.base import StorageUnavailable

PASSING = (
    OSError,  # TimeoutError among them
    asyncpg.exceptions.InterfaceError,
    # Of a connection that was told of its end, and is used before it is closed.
    asyncpg.exceptions.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCatalogNameError,  # for a moment, while a restored database takes the place of the old one
    DBConnectionError,
    RedisError,
    StorageUnavailable,
)


def reason(error: BaseException) -> str:
    """What it says, for operators; the pool's own words say only that it could not connect."""
    said = error.__context__ if isinstance(error, DBConnectionError) and error.__context__ else error
    return str(said) or type(said).__name__


def is_passing(exception: BaseException) -> bool:
    """Whether the same may work in a moment: looks through what wraps the cause."""
    if isinstance(exception, BaseExceptionGroup):
        return all(is_passing(one) for one in exception.exceptions)
    return any(isinstance(cause, PASSING) for cause in causes(exception))


def takes_no_writes(exception: BaseException) -> bool:
    """Whether a database refused to be written to, as a replica does."""
    return any(isinstance(cause, asyncpg.ReadOnlySQLTransactionError) for cause in causes(exception))


def causes(exception: BaseException) -> Iterator[BaseException]:
    """The exception, and what it was raised from."""
    seen: BaseException | None = exception
    while seen is not None:
        yield seen
        seen = seen.__cause__
