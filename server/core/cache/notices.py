"""What hosts say to each other, as PostgreSQL's notifications carry it.

On the hosts' channel: `here`, where a new one asks to be known, `gone`, where one stops, and
`changed CHANNEL NUMBER TOPIC,…`. On the channel that such a notice names, each host answers `HOST NUMBER …`
when its table has the change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from server.core.cache import topics
from server.core.cache.cache_host import MAX_PAYLOAD

HERE, GONE = "here", "gone"

# So long a host may believe its table since it began to renew its lease; and so long others wait for that
# where they do not hear from it: clocks differ. Seconds.
LEASE, LEASE_OVER = 2.0, 2.2

# So long others wait for a host's answer before they evict it. Seconds.
PATIENCE = 0.3


class Changed(msgspec.Struct, frozen=True):
    """These topics changed; say so on the channel when it is known."""

    channel: str
    number: int
    topics: Sequence[int]

    def __str__(self) -> str:
        words = f"changed {self.channel} {self.number} "
        listed = ",".join(map(str, self.topics))
        return words + (listed if len(words) + len(listed) <= MAX_PAYLOAD else str(topics.EVERYTHING))


class Heard(msgspec.Struct, frozen=True):
    """The host knows these changes now."""

    host: int
    numbers: Collection[int]

    def __str__(self) -> str:
        return " ".join(map(str, [self.host, *self.numbers]))


def changed(words: str) -> Changed | None:
    """The notice, if it is one of a change."""
    match words.split(" "):
        case ["changed", channel, number, listed]:
            return Changed(channel, int(number), [int(topic) for topic in listed.split(",")])
    return None


def heard(words: str) -> Heard:
    """The answer of a host."""
    host, *numbers = map(int, words.split(" "))
    return Heard(host, numbers)


def pieces(numbers: Sequence[int], size: int = 300) -> Iterable[Sequence[int]]:
    """So many as fit into one answer."""
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
