"""What a user has chosen for themselves."""

from __future__ import annotations

from typing import NamedTuple

from server.core import text
from server.core.cache import changes, topics
from server.core.database.connection import row
from server.core.errors import InvalidBody
from server.core.viewer import Viewer
from server.features.people.user import User
from server.features.visibility.visibility import LEVELS, Visibility


class Preferences(NamedTuple):
    """Defaults for the user's tweets, whether following the user needs their consent, and their time zone.

    Attributes:
        time_zone: its name in the IANA database; None if the user hasn't chosen one.
    """

    default_visibility: Visibility
    default_sensitive: bool
    locked: bool
    time_zone: str | None


# $1 a name.
TIME_ZONE = "SELECT 1 FROM pg_timezone_names WHERE name = $1"


async def read(viewer: Viewer) -> Preferences:
    """The viewer's own."""
    user = await User.get(id=viewer.id)
    level: int = user.default_visibility
    return Preferences(LEVELS[level], user.default_sensitive, user.locked, user.time_zone)


async def change(
    viewer: Viewer,
    *,
    default_visibility: Visibility | None = None,
    default_sensitive: bool | None = None,
    locked: bool | None = None,
    time_zone: str | None = None,
) -> Preferences:
    """Change those that are given; return all.

    Raises:
        InvalidBody: there is no such time zone.
    """
    if time_zone is not None and await row(TIME_ZONE, text.storable("time_zone", time_zone)) is None:
        raise InvalidBody("time_zone must be the name of a time zone, such as Europe/Berlin.")
    level = None if default_visibility is None else default_visibility.level
    given = {
        "default_visibility": level,
        "default_sensitive": default_sensitive,
        "locked": locked,
        "time_zone": time_zone,
    }
    if chosen := {name: value for name, value in given.items() if value is not None}:
        await User.filter(id=viewer.id).update(**chosen)
        await changes.tell([topics.user(viewer.id)])
    return await read(viewer)
