"""Transient errors: a component restarts, refuses requests, or is too slow."""

from __future__ import annotations

from collections.abc import Iterator

import asyncpg
from redis.exceptions import RedisError
from tortoise.exceptions import DBConnectionError

from storage.base import StorageUnavailable

PASSING = (
    OSError,  # TimeoutError among them
    asyncpg.exceptions.InterfaceError,
    # From a connection that the server has terminated, if it is used before we have closed it.
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
    """The error's text for operators. The pool's own error only says that it can't connect: use its cause."""
    said = error.__context__ if isinstance(error, DBConnectionError) and error.__context__ else error
    return str(said) or type(said).__name__


def is_passing(exception: BaseException) -> bool:
    """Whether a retry may soon succeed. This looks through exceptions that wrap the cause."""
    if isinstance(exception, BaseExceptionGroup):
        return all(is_passing(one) for one in exception.exceptions)
    return any(isinstance(cause, PASSING) for cause in causes(exception))


def takes_no_writes(exception: BaseException) -> bool:
    """Whether the database refused a write, as a replica does."""
    return any(isinstance(cause, asyncpg.ReadOnlySQLTransactionError) for cause in causes(exception))


def causes(exception: BaseException) -> Iterator[BaseException]:
    """The exception, then the exceptions it was raised from."""
    seen: BaseException | None = exception
    while seen is not None:
        yield seen
        seen = seen.__cause__
