"""What happens to people."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from server.core.cache import topics
from server.core.database.connection import rows
from server.core.live.kinds import Fact, Kind, to_everybody


class Profile(msgspec.Struct, frozen=True):
    """A user with counters."""

    id: int
    name: str
    handle: str
    avatar: str | None
    tweets_count: int
    followers_count: int
    following_count: int
    version: int
    hidden: bool


PROFILES = """
    SELECT id, name, handle, CASE WHEN NOT hidden THEN avatar END AS avatar,
        CASE WHEN hidden THEN 0 ELSE tweets_count END AS tweets_count, followers_count, following_count,
        version, hidden
    FROM users WHERE id = ANY($1) AND deleted_at IS NULL
"""


async def profiles(ids: Collection[int], _viewers: Collection[int] = ()) -> dict[int, Profile]:
    """The users among these that exist."""
    return {found["id"]: Profile(**found) for found in await rows(PROFILES, list(ids))}


def renamed(user_id: int) -> list[int]:
    """The topics that a new name or avatar changes; both are cached with the viewers of the keys, too."""
    return [topics.NAMES, topics.keys_of(user_id)]


PROFILE = Fact(profiles)

RENAMED = Kind(
    "user",
    lambda event: renamed(event.subject_id),
    lambda event: [(PROFILE, event.subject_id)],
    recipients=to_everybody,
)
