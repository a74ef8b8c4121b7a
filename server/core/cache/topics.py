"""Topics: the things that may change, and the words of the shared table that stand for them.

A topic is a number: the index of a word. If there are more things than words, several things share a word.
The only effect is that one of them is sometimes read again although it hasn't changed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

# A power of two. With the reserved words, they take half a megabyte, once for all web processes of a host.
SLOTS = 1 << 16

# The first words have other uses (`server.core.cache.versions`).
RESERVED = 64

WORDS = RESERVED + SLOTS

# Topics with a word of their own, which everything that depends on them reads.
EVERYTHING = RESERVED - 1  # other data, or anything that has no topic of its own
ALL_TWEETS = RESERVED - 2  # a tweet was published or deleted
DELETIONS = RESERVED - 3  # a tweet was deleted
NAMES = RESERVED - 4  # someone changed their name

_KINDS = 8

# Odd, so that the rows of a kind use every word before any two of them share one.
_SPREAD = 40_503


def tweet(tweet_id: int) -> int:
    """What a tweet's card shows, except for the names of its author and likers."""
    return _slot(tweet_id, 0)


def tweets_of(user_id: int) -> int:
    """Which tweets a user has."""
    return _slot(user_id, 1)


def likes_of(user_id: int) -> int:
    """Which tweets a user likes."""
    return _slot(user_id, 2)


def follows_of(user_id: int) -> int:
    """Whom and which hashtags a user follows, and who is on the user's lists."""
    return _slot(user_id, 3)


def user(user_id: int) -> int:
    """A user's profile: counters, followers, followees."""
    return _slot(user_id, 4)


def keys_of(user_id: int) -> int:
    """A user's keys, and what they allow."""
    return _slot(user_id, 5)


def per(name: str) -> Callable[[int], int]:
    """Make a topic for each row of something, such as a user's bookmarks. Its feature chooses the name."""
    first = zlib.crc32(name.encode())  # the same in every process and version

    def topic(row_id: int) -> int:
        return RESERVED + ((first + row_id * _SPREAD) & (SLOTS - 1))

    return topic


def _slot(number: int, kind: int) -> int:
    return RESERVED + ((number * _KINDS + kind) & (SLOTS - 1))
