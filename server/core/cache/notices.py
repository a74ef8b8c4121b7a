"""The messages between hosts, sent as PostgreSQL notifications.

On the hosts' channel: `here`, when a new host wants to be known, `gone`, when a host stops, and
`changed CHANNEL NUMBER TOPIC,…`. On the channel that a change names, each host answers `HOST NUMBER …` once
its table has the change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from server.core.cache import topics
from server.core.cache.cache_host import MAX_PAYLOAD

HERE, GONE = "here", "gone"

# How many seconds a host may trust its table after it began to renew its lease; and how many seconds the
# others wait for that lease to expire if they don't hear from the host. That is longer because clocks differ.
LEASE, LEASE_OVER = 2.0, 2.2

# How many seconds the others wait for a host's answer before they evict it.
PATIENCE = 0.3


class Changed(msgspec.Struct, frozen=True):
    """These topics changed; each host acknowledges this on the channel."""

    channel: str
    number: int
    topics: Sequence[int]

    def __str__(self) -> str:
        words = f"changed {self.channel} {self.number} "
        listed = ",".join(map(str, self.topics))
        return words + (listed if len(words) + len(listed) <= MAX_PAYLOAD else str(topics.EVERYTHING))


class Heard(msgspec.Struct, frozen=True):
    """The host acknowledges these changes."""

    host: int
    numbers: Collection[int]

    def __str__(self) -> str:
        return " ".join(map(str, [self.host, *self.numbers]))


def changed(words: str) -> Changed | None:
    """Parse a notice; None if it isn't about a change."""
    match words.split(" "):
        case ["changed", channel, number, listed]:
            return Changed(channel, int(number), [int(topic) for topic in listed.split(",")])
    return None


def heard(words: str) -> Heard:
    """Parse a host's acknowledgement."""
    host, *numbers = map(int, words.split(" "))
    return Heard(host, numbers)


def pieces(numbers: Sequence[int], size: int = 300) -> Iterable[Sequence[int]]:
    """Split the numbers into pieces that fit into one acknowledgement each."""
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
