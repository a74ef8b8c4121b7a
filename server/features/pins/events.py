"""What happens to pins."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from server.core.database.connection import rows
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Kind, to_actor
from server.features.pins.pins import pins_of

# The ids of the user and the tweet.
Pin: TypeAlias = tuple[int, int]

AMONG = "SELECT user_id, tweet_id FROM pins WHERE tweet_id = ANY($1::bigint[])"


async def pins(asked: Collection[Pin], _viewers: Collection[int] = ()) -> dict[Pin, bool]:
    """The pins among these that exist."""
    found = await rows(AMONG, [tweet_id for _, tweet_id in asked])
    return {(one["user_id"], one["tweet_id"]): True for one in found}


def pair(event: EventRow) -> Pin:
    """The pin that an event is about."""
    return event.actor_id, event.subject_id


PIN = Fact(pins)

# A user pinned or unpinned a tweet.
PINNED = Kind(
    "pinned",
    lambda event: [pins_of(event.actor_id)],
    lambda event: [(PIN, pair(event))],
    recipients=to_actor,
)
