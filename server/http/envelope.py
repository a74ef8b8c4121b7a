"""The envelope that every JSON answer comes in."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sanic.response import HTTPResponse

from server.domain.errors import PerchError

JSON = "application/json"

# Answers depend on the viewer, and a browser must always see the newest.
NO_STORE = {"cache-control": "no-store"}

# How long a client should wait before it tries again. Seconds.
RETRY_AFTER = "2"

encoder = msgspec.json.Encoder()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A success; answers with content add their fields."""

    result: bool = True


@dataclass(frozen=True, slots=True)
class WithHeaders:
    """A success that has something to say in headers too."""

    answer: Answer
    headers: dict[str, str]


class Failure(msgspec.Struct, frozen=True):
    """A failure: a stable word for programs, one sentence for people."""

    result: bool
    error_type: str
    error_message: str


def ok(answer: Answer | WithHeaders, status: int = 200) -> HTTPResponse:
    """The answer of a success."""
    if isinstance(answer, WithHeaders):
        return HTTPResponse(encoder.encode(answer.answer), status, {**NO_STORE, **answer.headers}, JSON)
    return HTTPResponse(encoder.encode(answer), status, dict(NO_STORE), JSON)


def failure(error: PerchError, *, status: int | None = None, allow: str | None = None) -> HTTPResponse:
    """The answer of a failure; `allow` lists the methods that a 405 would take."""
    headers = dict(NO_STORE)
    if allow is not None:
        headers["allow"] = allow
    status = status or error.status
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="Perch"'
    if status == 503:
        headers["retry-after"] = RETRY_AFTER
    body = encoder.encode(Failure(False, error.error_type, str(error)))
    return HTTPResponse(body, status, headers, JSON)
