"""Ids of tweets in paths: the id of a repost stands for the tweet that it shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from server.core.errors import TweetNotFound
from server.features.reposts import reposts

T = TypeVar("T")

# The names of such parameters. A path has one of them.
NAMES = ("tweet_id", "reply_id", "quote_id")


def or_of_repost(handler: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """Call a handler again if it finds no tweet of this id, but there is a repost of it."""

    @wraps(handler)
    async def handle(*request: Any, **arguments: Any) -> T:
        try:
            return await handler(*request, **arguments)
        except TweetNotFound:
            name = next(name for name in NAMES if name in arguments)
            if (shown := await reposts.original(arguments[name])) is None:
                raise
        return await handler(*request, **arguments | {name: shown})

    handle.of_repost = True  # type: ignore[attr-defined]
    return handle
