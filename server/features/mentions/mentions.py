"""Mentions: the users whom a tweet names as @handle."""

from __future__ import annotations

from collections.abc import Iterable

from server.core.entities import Entity, EntityKind, entities
from server.core.text import TWEET_MAX_BYTES

# In one tweet.
MAX_MENTIONS = 20


def count(text: str) -> int:
    """How many people a text mentions; 0 if it is longer than a tweet can be."""
    if not ("@" in text or "＠" in text) or len(text) > TWEET_MAX_BYTES:
        return 0
    return len(handles(entities(text)))


def handles(found: Iterable[Entity]) -> list[str]:
    """The handles mentioned among the entities of a text, each once, in order; there may be no such users."""
    return list(dict.fromkeys(one.value for one in found if one.kind is EntityKind.MENTION))
