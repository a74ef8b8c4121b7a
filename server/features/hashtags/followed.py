"""Hashtags that a user follows. Public tweets with one are on the user's Following timeline.

Following twice and unfollowing what was not followed succeed and change nothing.
"""

from __future__ import annotations

from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.errors import InvalidParameter, TooManyHashtags
from server.core.viewer import Viewer
from server.features.hashtags.hashtags import Hashtag, hashtag

# Each of them is read for a page of Following that isn't in memory.
MAX_FOLLOWED = 50

# So that no two requests of one user count at the same moment.
LOCK = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"
# $1 the user, $2 the hashtag, $3 how it is written.
FOLLOW = f"""
    WITH added AS (
        INSERT INTO followed_hashtags (user_id, hashtag_id, shown) SELECT $1, $2, $3
        WHERE (SELECT count(*) FROM followed_hashtags WHERE user_id = $1) < {MAX_FOLLOWED}
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT 1 FROM added UNION ALL SELECT 1 FROM followed_hashtags WHERE user_id = $1 AND hashtag_id = $2
"""
UNFOLLOW = "DELETE FROM followed_hashtags WHERE user_id = $1 AND hashtag_id = $2"
IS_FOLLOWED = "SELECT 1 FROM followed_hashtags WHERE user_id = $1 AND hashtag_id = $2"
LISTED = "SELECT shown FROM followed_hashtags WHERE user_id = $1 ORDER BY created_at DESC, hashtag_id"


async def follow(viewer: Viewer, name: str) -> None:
    """Follow a hashtag, given without the #.

    Raises:
        InvalidParameter: no text can have such a hashtag.
        TooManyHashtags: the viewer follows MAX_FOLLOWED others.
    """
    wanted = _hashtag(name)
    async with transaction():
        await rows(LOCK, viewer.id)
        found = await row(FOLLOW, viewer.id, wanted.id, wanted.shown)
    if found is None:
        raise TooManyHashtags
    await changes.tell([topics.follows_of(viewer.id)])


async def unfollow(viewer: Viewer, name: str) -> None:
    """Stop following a hashtag, given without the #. Raises InvalidParameter, as `follow`."""
    await rows(UNFOLLOW, viewer.id, _hashtag(name).id)
    await changes.tell([topics.follows_of(viewer.id)])


async def is_followed(viewer: Viewer, name: str) -> bool:
    """Whether the viewer follows the hashtag. Raises InvalidParameter, as `follow`."""
    return await row(IS_FOLLOWED, viewer.id, _hashtag(name).id) is not None


async def of_viewer(viewer: Viewer) -> list[str]:
    """The hashtags that the viewer follows, as they wrote them, the newest first; MAX_FOLLOWED at most."""
    return [found["shown"] for found in await rows(LISTED, viewer.id)]


def _hashtag(name: str) -> Hashtag:
    found = hashtag(name)
    if found is None:
        raise InvalidParameter("That can't be a hashtag. Give its name without the #.")
    return found
