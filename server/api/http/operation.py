"""An operation: what a route accepts and how it responds, declared once.

The declaration is enforced here and documented by `server.api.http.openapi`, so that the two cannot differ,
and no route under /api exists without one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import msgspec

from server.api.http import envelope
from server.api.http.admission import (
    READ_WEIGHT,
    READING,
    WRITE_WEIGHT,
    admit_body,
    admit_read,
    admit_write,
    asks,
    charge,
)
from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import allowed, context, known_viewer, looked_up_viewer
from server.api.http.inputs import read_body, read_headers, read_query
from server.api.http.messages import JsonAnswer, PerchRequest
from server.core.errors import (
    AccountLeaving,
    AccountSuspended,
    InternalError,
    InvalidBody,
    InvalidKey,
    InvalidParameter,
    MissingKey,
    OutOfScope,
    PerchError,
    RateLimited,
    Unavailable,
    UnsupportedMediaType,
)
from server.core.limits.tally import Limit
from server.core.security.api_keys import HeldScope, Scope
from server.core.viewer import Viewer

Success = Answer | Rendered
Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration of a route. If it has no scopes, no key is needed."""

    summary: str
    description: str
    scopes: tuple[Scope, ...]
    answer: type[Answer] | None
    status: int
    body: type[msgspec.Struct] | None
    body_needed: bool
    form: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    headers: type[msgspec.Struct] | None
    told: dict[str, str]
    errors: tuple[type[PerchError], ...]
    events: tuple[type[msgspec.Struct], ...] = ()
    file: str | None = None


def operation(
    *,
    scope: Scope | tuple[Scope, ...] | None,
    answer: type[Answer] = Answer,
    status: int = 200,
    body: type[msgspec.Struct] | None = None,
    body_needed: bool = True,
    form: type[msgspec.Struct] | None = None,
    query: type[msgspec.Struct] | None = None,
    headers: type[msgspec.Struct] | None = None,
    told: dict[str, str] | None = None,
    errors: tuple[type[PerchError], ...] = (),
    file: str | None = None,
    leaving: bool = False,
    account: bool = False,
    instead: HeldScope | None = None,
    limit: Limit | None = None,
) -> Callable[[Callable[..., Awaitable[Success | None]]], Callable[..., Awaitable[JsonAnswer | None]]]:
    """Make a handler of `async def (request, [viewer], [body], [query], [headers], **path) -> answer`.

    The first sentence of the handler's docstring is the summary, the rest the description.

    Args:
        scope: the scope that the key must have, or several that it must all have; None if no key is needed.
        body_needed: whether a body must be sent; if not, all its fields have defaults.
        form: the fields of a multipart body, which the handler reads itself.
        headers: the headers that it reads, besides the key.
        told: the headers that the response may have, each with a description.
        errors: the errors that it may raise besides those that these arguments imply.
        file: the content type of the response if it is a file, which the handler sends itself.
        leaving: whether users whose account is being deleted may use it too.
        account: whether it manages the account. Then requests with a key that has this scope are counted
            separately, so that whoever has another key of the user can't use them up.
        instead: another scope that is sufficient.
        limit: how often a user may do this, if that is less than they may write.
    """
    scopes = () if scope is None else (scope,) if isinstance(scope, str) else scope
    implied = failures_of_all(scopes, leaving=leaving)
    implied += [InvalidBody] if body or form else []
    implied += [UnsupportedMediaType] if body else []
    implied += [InvalidParameter] if query or headers else []

    needed = frozenset(scopes)

    def entitled(viewer: Viewer) -> Viewer:
        if viewer.erase_after is None and needed <= viewer.scopes:
            return viewer
        return allowed(viewer, *((instead,) if instead in viewer.scopes else scopes), leaving=leaving)

    def decorate(
        handler: Callable[..., Awaitable[Success | None]],
    ) -> Callable[..., Awaitable[JsonAnswer | None]]:
        @wraps(handler)
        async def handle(request: PerchRequest, **arguments: Any) -> JsonAnswer | None:
            viewer: Viewer | None = None
            if scopes:
                viewer = known_viewer(request) or await looked_up_viewer(request)
                arguments["viewer"] = entitled(viewer)
            asks(request, viewer, account=account)
            if (rates := context(request).rates) is not None:
                if request.method in READING:
                    admit_read(request, rates, viewer, account=account)
                else:
                    await admit_write(
                        request, rates, viewer, upload=form is not None, account=account, limit=limit
                    )
            if form is None and request.stream.request_body:
                await (request.drop_body() if body is None else request.take_body())
                if scopes:  # the key may have been revoked while the body was arriving
                    arguments["viewer"] = entitled(known_viewer(request) or await looked_up_viewer(request))
                if viewer is not None and rates is not None:
                    await admit_body(request, rates, viewer, account=account)
            if query is not None:
                arguments["query"] = read_query(request, query)
            if headers is not None:
                arguments["headers"] = read_headers(request, headers)
            if body is not None:
                arguments["body"] = read_body(request, body, needed=body_needed)
            answered = await handler(request, **arguments)
            if answered is None:
                return None
            response = envelope.ok(answered, status)
            if viewer is not None and rates is not None:
                size = len(response.body or b"")
                if request.method in READING:
                    charge(rates.reads, viewer, size, READ_WEIGHT, account=account)
                else:
                    charge(rates.writes, viewer, size - len(request.body), WRITE_WEIGHT, account=account)
            return response

        handle.takes_body = True  # type: ignore[attr-defined]
        handle.operation = Operation(  # type: ignore[attr-defined]
            *described(handler),
            scopes,
            answer,
            status,
            body,
            body_needed,
            form,
            query,
            headers,
            told or {},
            tuple(dict.fromkeys([*errors, *implied])),
            file=file,
        )
        return handle

    return decorate


def streamed(
    *, scope: Scope, events: Iterable[type[msgspec.Struct]], headers: type[msgspec.Struct]
) -> Callable[[Handler], Handler]:
    """Describe a handler that responds with server-sent events and checks the key itself.

    Args:
        events: the shapes of the events.
        headers: the headers that it reads, besides the key.
    """

    def decorate(handler: Handler) -> Handler:
        handler.operation = Operation(  # type: ignore[attr-defined]
            *described(handler),
            (scope,),
            answer=None,
            status=200,
            body=None,
            body_needed=False,
            form=None,
            query=None,
            headers=headers,
            told={},
            errors=tuple(failures_of_all((scope,))),
            events=tuple(events),
        )
        return handler

    return decorate


def described(handler: Callable[..., Any]) -> tuple[str, str]:
    """The first sentence of the docstring, and the rest."""
    summary, _, description = " ".join((handler.__doc__ or "").split()).partition(". ")
    return summary.rstrip("."), description


def failures_of_all(scopes: tuple[Scope, ...], *, leaving: bool = False) -> list[type[PerchError]]:
    """The errors that any route may return, and those of any route that needs a key."""
    found: list[type[PerchError]] = [InternalError, Unavailable, RateLimited]
    if scopes:
        found += [MissingKey, InvalidKey, AccountSuspended, OutOfScope]
        found += [] if leaving else [AccountLeaving]
    return found
