"""Hashtags: which ones are the same, and the tweets that have one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from server.core.cache import topics
from server.core.entities import Entity, EntityKind, entities
from server.features.timelines.hiding import Hides
from server.features.timelines.timeline import Timeline
from server.features.visibility.visibility import PUBLIC

# In one tweet.
MAX_HASHTAGS = 30

# Ids are so many bits of a hash, which is what every number in JavaScript can hold.
ID_BITS = 53

PLACES = f"""
    SELECT tweet_id AS id, tweet_id AS cursor FROM hashtags_in_tweets
    WHERE hashtag_id = $4 AND tweet_id {{beyond}} $1
        AND (SELECT NOT hidden AND visibility = {PUBLIC} FROM tweets WHERE id = tweet_id)
    ORDER BY tweet_id {{order}} LIMIT $2 OFFSET $3
"""

# Adds hashtags that are new and meet a condition, from arrays of their ids, names, and how they are written.
# In the order of their ids, so that no two statements deadlock.
ADD_NAMES = """
    INSERT INTO hashtags (hashtag_id, name, shown)
    SELECT DISTINCT ON (id) id, name, shown
    FROM unnest({ids}::bigint[], {names}::text[], {shown}::text[]) AS found (id, name, shown) WHERE {where}
    ORDER BY id ON CONFLICT DO NOTHING
"""

# The events of tweets don't name their hashtags: so any new tweet may be on any of these pages.
TWEETS = Timeline(PLACES, lambda _: [topics.ALL_TWEETS], Hides.MUTED)


def normalized(name: str) -> str:
    """What equal hashtags have in common: no case, no accents on Latin letters, no ё, no other compatibility
    forms (NFKC)."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())
    kept: list[str] = []
    base = ""
    for character in decomposed:
        if unicodedata.combining(character):
            if base.isascii() or (base, character) == ("е", "\u0308"):
                continue
        else:
            base = character
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def hashtag_id(name: str) -> int:
    """The id of a hashtag, however it is written."""
    digest = blake2b(normalized(name).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> (64 - ID_BITS)


class Hashtag(NamedTuple):
    """A hashtag of a text: its id, what all its forms have in common, and how it is written there."""

    id: int
    name: str
    shown: str


def hashtag(name: str) -> Hashtag | None:
    """The hashtag of this name, given without the #; None if no text can have one."""
    found = entities(f"#{name}")
    whole = [one for one in found if one.kind is EntityKind.HASHTAG and one.value == name]
    return Hashtag(hashtag_id(name), normalized(name), name) if whole else None


def hashtags(found: Iterable[Entity]) -> list[Hashtag]:
    """The hashtags among the entities of a text, each once, in order."""
    by_id: dict[int, Hashtag] = {}
    for one in found:
        if one.kind is EntityKind.HASHTAG:
            number = hashtag_id(one.value)
            by_id.setdefault(number, Hashtag(number, normalized(one.value), one.value))
    return list(by_id.values())
