"""One map from whatever went wrong to the envelope. Private detail goes to the log only."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import asyncpg
from redis.exceptions import RedisError
from sanic import Request
from sanic.constants import HTTP_METHODS
from sanic.exceptions import MethodNotAllowed as SanicMethodNotAllowed
from sanic.exceptions import RequestCancelled, SanicException
from sanic.handlers import ErrorHandler
from sanic.response import HTTPResponse
from tortoise.exceptions import DBConnectionError

from server.domain.errors import (
    BadRequest,
    InternalError,
    MethodNotAllowed,
    NotFound,
    PerchError,
    TooLarge,
    Unavailable,
)
from server.http import envelope
from storage.base import StorageUnavailable

log = logging.getLogger(__name__)

# Causes that pass by themselves: a database or a store that restarts, refuses, or is too slow.
PASSING = (
    OSError,
    TimeoutError,
    asyncio.TimeoutError,
    asyncpg.exceptions.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    DBConnectionError,
    RedisError,
    StorageUnavailable,
)

BY_STATUS: dict[int, type[PerchError]] = {
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    503: Unavailable,
}


class EnvelopeErrors(ErrorHandler):
    """Sanic's error handler, answering in the envelope always."""

    def default(self, request: Request | None, exception: Exception) -> HTTPResponse:
        """The answer for any exception that left a handler, the router or the HTTP parser."""
        match exception:
            case PerchError():
                return envelope.failure(exception)
            case SanicMethodNotAllowed() if request is not None:
                return envelope.failure(MethodNotAllowed(), allow=", ".join(allowed_methods(request)))
            case SanicException() if exception.status_code < 500 or exception.status_code == 503:
                error = BY_STATUS.get(exception.status_code, BadRequest)()
                return envelope.failure(error, status=exception.status_code)
            case RequestCancelled():  # the client went away: nobody reads this answer
                return envelope.failure(BadRequest("The connection was closed."))
        where = f"{request.method} {request.path}" if request is not None else "a request"
        if is_passing(exception):
            log.warning("%s: %s: %s", where, type(exception).__name__, exception)
            return envelope.failure(Unavailable())
        log.error("%s failed", where, exc_info=exception)
        return envelope.failure(InternalError())


def allowed_methods(request: Request) -> list[str]:
    """The methods that this address takes; Sanic does not know them where several routes share it."""
    found = []
    for method in HTTP_METHODS:
        with contextlib.suppress(SanicException):
            request.app.router.get(request.path, method, None)
            found.append(str(method.value))
    return sorted(found)


def is_passing(exception: BaseException) -> bool:
    """Whether the same request may work in a moment: looks through what wraps the cause."""
    seen: BaseException | None = exception
    while seen is not None:
        if isinstance(seen, PASSING):
            return True
        seen = seen.__cause__
    return False
