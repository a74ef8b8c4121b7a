"""What may change, as the words of the shared table that stand for it.

A topic is a number: the index of a word. Several things share a word where there are more things than words;
then one of them is read again although it did not change, and that is all.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

# A power of two. With the words before them they take half a megabyte, once for all web processes of a host.
SLOTS = 1 << 16

# The first words say other things (`server.core.cache.versions`).
RESERVED = 64

WORDS = RESERVED + SLOTS

# One word each, read by everything that depends on it.
EVERYTHING = RESERVED - 1  # other data, or something that nobody counts in detail
ALL_TWEETS = RESERVED - 2  # a tweet came or went
DELETIONS = RESERVED - 3  # a tweet went
NAMES = RESERVED - 4  # somebody has another name

_KINDS = 8

# Odd, so that the rows of a kind have all words before two of them share one.
_SPREAD = 40_503


def tweet(tweet_id: int) -> int:
    """What a tweet's card shows, but for its author's and likers' names."""
    return _slot(tweet_id, 0)


def tweets_of(user_id: int) -> int:
    """Which tweets a user has."""
    return _slot(user_id, 1)


def likes_of(user_id: int) -> int:
    """Which tweets a user likes."""
    return _slot(user_id, 2)


def follows_of(user_id: int) -> int:
    """Whom a user follows."""
    return _slot(user_id, 3)


def user(user_id: int) -> int:
    """A user's profile: counters, followers, followees."""
    return _slot(user_id, 4)


def keys_of(user_id: int) -> int:
    """A user's keys, and what they allow."""
    return _slot(user_id, 5)


def per(name: str) -> Callable[[int], int]:
    """A topic for each row of something, such as a user's bookmarks; its feature names it."""
    first = zlib.crc32(name.encode())  # alike in every process and version

    def topic(row_id: int) -> int:
        return RESERVED + ((first + row_id * _SPREAD) & (SLOTS - 1))

    return topic


def _slot(number: int, kind: int) -> int:
    return RESERVED + ((number * _KINDS + kind) & (SLOTS - 1))
