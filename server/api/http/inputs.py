"""Parses bodies and parameters into their shapes, with errors that say what is wrong."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache, lru_cache
from types import UnionType
from typing import Annotated, Any, TypeVar, cast, get_args, get_type_hints
from urllib.parse import parse_qs

import msgspec
from msgspec import Meta
from sanic import Request

from server.api.http.messages import PerchRequest
from server.core.errors import InvalidBody, InvalidParameter, UnsupportedMediaType
from server.core.paging import MAX_PAGE_SIZE, NEWEST, PAGE_SIZE

S = TypeVar("S", bound=msgspec.Struct)

# Longer query strings aren't cached, but parsed each time.
KNOWN_LENGTH = 200

PATTERN = re.compile(r"expected `str` matching regex '[^']*'")
IS_JSON = re.compile(r"\s*application/(?:[\w.-]+\+)?json\s*(?:;|$)", re.ASCII | re.IGNORECASE)
WHOLE_NUMBER = re.compile(r"[0-9]+", re.ASCII)
OTHER_VALUE = "Invalid enum value"
PLACE = re.compile(r"(?P<reason>.*) - at `\$\.?(?P<place>.*)`")

Limit = Annotated[int, Meta(ge=0, description=f"The most entries to return, {MAX_PAGE_SIZE} at most.")]
Before = Annotated[int, Meta(ge=0, description="The `next` of the page before; none for the newest.")]
After = Annotated[int, Meta(ge=0, description="The `previous` of the page below, instead of `before`.")]


class PageQuery(msgspec.Struct, frozen=True):
    """Where a list goes on, and how long a page is."""

    limit: Limit = PAGE_SIZE
    before: Before = NEWEST

    @property
    def size(self) -> int:
        """The page size within its bound."""
        return min(self.limit, MAX_PAGE_SIZE)


def read_body(request: Request, kind: type[S], *, needed: bool = True) -> S:
    """Parse the JSON body into this shape. If there is no body and it isn't needed, use the defaults.

    Raises:
        InvalidBody: naming the field and what is wrong with it.
        UnsupportedMediaType: its content type isn't JSON.
    """
    if not request.body:
        if needed:
            raise InvalidBody("This request needs a JSON body.")
        return kind()
    if not IS_JSON.match(request.headers.get("content-type", "application/json")):
        raise UnsupportedMediaType("The body must be JSON, with the content-type application/json.")
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.ValidationError as error:
        raise InvalidBody(_sentence(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidBody("The body isn't valid JSON in UTF-8.") from None


def read_query(request: PerchRequest, kind: type[S]) -> S:
    """Parse the query parameters into this shape; unknown ones are ignored.

    Raises:
        InvalidParameter: naming the parameter and what it takes.
    """
    known = request.known
    if known is not None and known.query is not None:
        return cast(S, known.query)  # every request with this head goes to the same operation
    text = request.query_string
    found = _known_query(text, kind) if len(text) <= KNOWN_LENGTH else _query(text, kind)
    if known is not None:
        known.query = found
    return found


def read_headers(request: Request, kind: type[S]) -> S:
    """Parse the headers into this shape, by its fields' JSON names; other headers are ignored.

    Raises:
        InvalidParameter: naming the header and what it takes.
    """
    headers = request.headers
    given = {name: ", ".join(headers.getall(name)) for name in _names(kind) if name in headers}
    try:
        return msgspec.convert(given, type=kind)
    except msgspec.ValidationError as error:
        reason = PATTERN.sub("only printable ASCII characters are allowed", _sentence(str(error)))
        raise InvalidParameter(f"The header {reason}") from None


@cache
def _names(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The JSON names of a shape's fields. msgspec evaluates the annotations each time."""
    return tuple([field.encode_name for field in msgspec.structs.fields(kind)])


def _query(text: str, kind: type[S]) -> S:
    hints = get_type_hints(kind)
    given = {name: values[0] for name, values in parse_qs(text).items() if name in hints}
    return kind(**{name: _parameter(name, value, hints[name]) for name, value in given.items()})


TRUTHS = {"true": True, "false": False, "1": True, "0": False}

# Most requests use the same few query strings, and parsing one takes longer than responding to it.
_known_query = lru_cache(maxsize=1024)(_query)


def _parameter(name: str, value: str, kind: Any) -> Any:
    if isinstance(kind, UnionType):  # an optional parameter: X | None
        kind = get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        try:
            return kind(value)
        except ValueError:
            raise InvalidParameter(f"{name} must be one of {', '.join(kind)}.") from None
    if kind is bool:
        if value not in TRUTHS:
            raise InvalidParameter(f"{name} must be true or false.")
        return TRUTHS[value]
    if kind is str:
        return value
    if not WHOLE_NUMBER.fullmatch(value):
        raise InvalidParameter(f"{name} must be a whole number, 0 or more.")
    return min(int(value), NEWEST) if len(value) <= len(str(NEWEST)) else NEWEST


def _sentence(reason: str) -> str:
    """msgspec's reason, with the field in front."""
    found = PLACE.fullmatch(reason)
    place, reason = (found["place"], found["reason"]) if found else ("", reason)
    if reason.startswith(OTHER_VALUE):  # what follows is the value as a Python literal
        reason = "Not one of the allowed values"
    return f"{place or 'The body'}: {reason[0].lower()}{reason[1:]}."
