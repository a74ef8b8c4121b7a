"""An operation: what a route takes and answers, declared once.

The declaration is enforced here and documented by `server.http.openapi`, so that the two cannot differ,
and no route under /api exists without one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import msgspec
from sanic import Request
from sanic.response import HTTPResponse

from server.domain.errors import (
    InternalError,
    InvalidBody,
    InvalidKey,
    InvalidParameter,
    MissingKey,
    OutOfScope,
    PerchError,
    Unavailable,
)
from server.http import envelope
from server.http.envelope import Answer
from server.http.guards import signed_in
from server.http.inputs import read_body, read_query
from server.security.keys import Scope


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration of a route. `scope` None means that no key is needed."""

    summary: str
    description: str
    scope: Scope | None
    answer: type[Answer]
    status: int
    body: type[msgspec.Struct] | None
    body_needed: bool
    form: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    errors: tuple[type[PerchError], ...]


def operation(
    *,
    scope: Scope | None,
    answer: type[Answer] = Answer,
    status: int = 200,
    body: type[msgspec.Struct] | None = None,
    body_needed: bool = True,
    form: type[msgspec.Struct] | None = None,
    query: type[msgspec.Struct] | None = None,
    errors: tuple[type[PerchError], ...] = (),
) -> Callable[[Callable[..., Awaitable[Answer]]], Callable[..., Awaitable[HTTPResponse]]]:
    """Make a handler of `async def (request, [viewer], [body], [query], **path) -> answer`.

    The first sentence of the handler's docstring is the summary, the rest the description.

    Args:
        scope: what the key that is shown must allow; None where no key is needed.
        body_needed: whether it must be sent; where not, all its fields have defaults.
        form: the fields of a multipart body, which the handler reads itself.
        errors: what it may raise besides what these arguments imply.
    """
    implied: list[type[PerchError]] = [InternalError, Unavailable]
    implied += [MissingKey, InvalidKey, OutOfScope] if scope else []
    implied += [InvalidBody] if body or form else []
    implied += [InvalidParameter] if query else []

    def decorate(
        handler: Callable[..., Awaitable[Answer]],
    ) -> Callable[..., Awaitable[HTTPResponse]]:
        @wraps(handler)
        async def handle(request: Request, **arguments: Any) -> HTTPResponse:
            if scope is not None:
                arguments["viewer"] = await signed_in(request, scope)
            if query is not None:
                arguments["query"] = read_query(request, query)
            if body is not None:
                arguments["body"] = read_body(request, body, needed=body_needed)
            return envelope.ok(await handler(request, **arguments), status)

        summary, _, description = " ".join((handler.__doc__ or "").split()).partition(". ")
        handle.operation = Operation(  # type: ignore[attr-defined]
            summary.rstrip("."),
            description,
            scope,
            answer,
            status,
            body,
            body_needed,
            form,
            query,
            tuple(dict.fromkeys([*errors, *implied])),
        )
        return handle

    return decorate
