"""Maps every error to the envelope. Private detail goes to the log only."""

from __future__ import annotations

import contextlib
import logging
from typing import Any, cast

from sanic import Request
from sanic.constants import HTTP_METHODS
from sanic.exceptions import MethodNotAllowed as SanicMethodNotAllowed
from sanic.exceptions import RequestCancelled, SanicException
from sanic.handlers import ErrorHandler
from sanic.http import Http
from sanic.response import HTTPResponse

from server.api.http import envelope
from server.api.http.headers import preflight, standard
from server.api.http.seldom import Seldom
from server.core.errors import (
    BadRequest,
    InternalError,
    MethodNotAllowed,
    NotFound,
    PerchError,
    TooLarge,
    TooSlow,
    Unavailable,
)
from server.core.transient import is_passing

log = logging.getLogger(__name__)

# How many bytes of a refused body are still read and thrown away. Many clients send everything before they
# read the response, and would lose it if the connection were closed in between.
DRAINED_BYTES = 16 << 20

BY_STATUS: dict[int, type[PerchError]] = {
    404: NotFound,
    405: MethodNotAllowed,
    408: TooSlow,
    413: TooLarge,
    431: TooLarge,
    503: Unavailable,
}


class EnvelopeErrors(ErrorHandler):
    """Sanic's error handler, which always responds with the envelope."""

    def __init__(self) -> None:
        super().__init__()
        self._seldom = Seldom()

    def default(self, request: Request | None, exception: Exception) -> HTTPResponse:
        """The response for any exception from a handler, the router or the HTTP parser."""
        if request is not None:
            let_the_client_read(request)
        match exception:
            case PerchError():
                # The response may be delayed for seconds. Until then, the error keeps nothing else alive.
                exception.__traceback__ = exception.__context__ = None
                return envelope.failure(exception)
            case SanicMethodNotAllowed() if request is not None and standard(request).is_preflight(request):
                return HTTPResponse(b"", 204, preflight(allowed_methods(request)))
            case SanicMethodNotAllowed() if request is not None:
                return envelope.failure(
                    MethodNotAllowed(), headers={"allow": ", ".join(allowed_methods(request))}
                )
            case SanicException() if exception.status_code < 500 or exception.status_code == 503:
                error = BY_STATUS.get(exception.status_code, BadRequest)()
                return envelope.failure(error, status=exception.status_code)
            case RequestCancelled():  # the client disconnected: nobody reads this response
                return envelope.failure(BadRequest("The connection was closed."))
        where = f"{request.method} {request.path}" if request is not None else "a request"
        if is_passing(exception):
            self._seldom.warn(where, exception)
            return envelope.failure(Unavailable())
        log.error("%s failed", where, exc_info=exception)
        return envelope.failure(InternalError())


def allowed_methods(request: Request) -> list[str]:
    """The methods that this address supports; Sanic doesn't know them if several routes share it."""
    found = []
    for method in HTTP_METHODS:
        with contextlib.suppress(SanicException):
            request.app.router.get(request.path, method, None)
            found.append(str(method.value))
    return sorted(found)


def rest_is_here(http: Http) -> bool:
    """Whether all of the body has arrived, so that dropping the rest of it takes no time."""
    left, most = http.request_bytes_left or 0, http.protocol.request_max_size
    return (
        cast(Any, http.request_body) is True
        and left <= len(http.recv_buffer)
        and (http.request_bytes or 0) <= most
    )


def let_the_client_read(request: Request) -> None:
    """Before refusing a request whose body is still arriving, ensure that the client can read that.

    A client that waits for `100 Continue` never sends the body. From others, the rest is read and dropped,
    up to a limit: Sanic does that after the response, unless the body exceeds Sanic's own limit.
    """
    http = request.stream
    if not isinstance(http, Http) or http.request_body is None or rest_is_here(http):
        return
    http.keep_alive = False
    if http.expecting_continue:
        http.expecting_continue, http.request_body = False, None
    elif (http.request_bytes_left or 0) <= DRAINED_BYTES:
        limit = (http.request_bytes or 0) + DRAINED_BYTES
        http.request_max_size = http.protocol.request_max_size = limit
