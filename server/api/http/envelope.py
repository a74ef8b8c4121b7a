"""The envelope of every JSON response."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from server.api.http.messages import JsonAnswer
from server.core.errors import PerchError

# How many seconds a client should wait before it retries.
RETRY_AFTER = "2"

encoder = msgspec.json.Encoder()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A success; answers with content add their fields."""

    result: bool = True


class Failure(msgspec.Struct, frozen=True):
    """A failure: a stable word for programs, one sentence for people."""

    result: bool
    error_type: str
    error_message: str


@dataclass(slots=True)  # not frozen: made for each request, and three times as fast to make
class Rendered:
    """A success that is already JSON, exactly as its `Answer` would be encoded."""

    body: bytes
    headers: dict[str, str] | None = None


def ok(answer: Answer | Rendered, status: int = 200) -> JsonAnswer:
    """The response for a success."""
    if isinstance(answer, Rendered):
        return JsonAnswer(answer.body, status, answer.headers)
    return JsonAnswer(encoder.encode(answer), status)


def failure(
    error: PerchError, *, status: int | None = None, headers: dict[str, str] | None = None
) -> JsonAnswer:
    """The response for a failure, with any extra headers."""
    headers = dict(headers or {})
    status = status or error.status
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="Perch"'
    if status == 503:
        headers["retry-after"] = RETRY_AFTER
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    return JsonAnswer(encoder.encode(Failure(False, error.error_type, str(error))), status, headers)
