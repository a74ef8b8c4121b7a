"""The requests of the rows: calls by different viewers in rotation, which only rely on the contract."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from tools.bench.load import BenchFailed, Call

FIRST_PAGE = "/api/tweets?likers=0"
OLD_CLIENT = "/api/tweets"
FOLLOWING = "/api/tweets?timeline=following&likers=0"
ME = "/api/users/me"

# People's texts are about this long: 11 words.
TEXT = "the first swallows are back over the harbour, number {number}"


def reading(path: str, keys: Sequence[str]) -> list[Call]:
    """Everyone reads the same address."""
    return [Call("GET", path, key) for key in keys]


def publishing(keys: Sequence[str]) -> list[Call]:
    """Everyone publishes a tweet."""
    return [
        Call("POST", "/api/tweets", key, json.dumps({"tweet_data": TEXT.format(number=number)}))
        for number, key in enumerate(keys)
    ]


def liking(keys: Sequence[str], tweets: Sequence[int]) -> list[Call]:
    """Everyone likes one of these tweets, then takes the like back."""
    paths = [f"/api/tweets/{tweets[number % len(tweets)]}/likes" for number in range(len(keys))]
    return [
        Call(method, path, key)
        for method in ("POST", "DELETE")
        for path, key in zip(paths, keys, strict=True)
    ]


def voting(keys: Sequence[str], polls: Sequence[int]) -> list[Call]:
    """Everyone votes once in each of these polls."""
    return [
        Call("POST", f"/api/tweets/{poll}/votes", key, json.dumps({"choices": [number % 2]}))
        for poll in polls
        for number, key in enumerate(keys)
    ]


def answer(url: str, call: Call) -> bytes:
    """The answer to one call.

    Raises:
        BenchFailed: the answer was no success.
    """
    headers = {"api-key": call.key} | ({"content-type": "application/json"} if call.body else {})
    request = urllib.request.Request(  # noqa: S310 (an address of our own, or of the one who measures)
        url + call.path, data=call.body.encode() or None, headers=headers, method=call.method
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            body: bytes = response.read()
            return body
    except urllib.error.HTTPError as error:
        raise BenchFailed(f"{call.path}: {error.code} {error.read(300)!r}") from None
    except OSError as error:
        raise BenchFailed(f"{call.path}: {error}") from None


def checked(url: str, call: Call) -> dict[str, Any]:
    """The answer, which must come in the envelope.

    Raises:
        BenchFailed: the answer was no success.
    """
    found: dict[str, Any] = json.loads(answer(url, call))
    if found.get("result") is not True:
        raise BenchFailed(f"{call.path}: {str(found)[:300]}")
    return found


def average_answer(url: str, calls: Sequence[Call], *, sample: int = 50) -> bytes:
    """The answer to one of some of these calls whose length is nearest to their mean."""
    bodies = [answer(url, call) for call in calls[:: max(1, len(calls) // sample)]]
    mean = sum(map(len, bodies)) / len(bodies)
    return min(bodies, key=lambda body: abs(len(body) - mean))
