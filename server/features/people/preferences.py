"""What a user has chosen for themselves."""

from __future__ import annotations

from typing import NamedTuple

from server.core.cache import changes, topics
from server.core.viewer import Viewer
from server.features.people.user import User
from server.features.visibility.visibility import LEVELS, Visibility


class Preferences(NamedTuple):
    """Defaults for the user's tweets, and whether following the user needs their consent."""

    default_visibility: Visibility
    default_sensitive: bool
    locked: bool


async def read(viewer: Viewer) -> Preferences:
    """The viewer's own."""
    user = await User.get(id=viewer.id)
    level: int = user.default_visibility
    return Preferences(LEVELS[level], user.default_sensitive, user.locked)


async def change(
    viewer: Viewer,
    *,
    default_visibility: Visibility | None = None,
    default_sensitive: bool | None = None,
    locked: bool | None = None,
) -> Preferences:
    """Change those that are given; return all."""
    level = None if default_visibility is None else default_visibility.level
    given = {"default_visibility": level, "default_sensitive": default_sensitive, "locked": locked}
    if chosen := {name: value for name, value in given.items() if value is not None}:
        await User.filter(id=viewer.id).update(**chosen)
        await changes.tell([topics.user(viewer.id)])
    return await read(viewer)
