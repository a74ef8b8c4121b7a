"""Conversations that a user muted: nothing in them notifies the user. Muting twice changes nothing."""

from __future__ import annotations

from typing import NamedTuple

from server.core.database.connection import row, rows
from server.core.errors import TweetNotFound
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.timelines.hiding import Hides
from server.features.timelines.pages import Pages
from server.features.timelines.quoted import Shown
from server.features.visibility.visibility import is_shown, may_see

# $1 the user, $2 any tweet of the thread. Returns its first tweet, which may have been deleted.
ROOT = f"""
    SELECT coalesce(t.thread_root_id, t.id) AS root FROM tweets t
    WHERE t.id = $2 AND {is_shown("t")} AND {may_see("$1", "t")}
"""
MUTE = f"""
    WITH thread AS ({ROOT}), muted AS (
        INSERT INTO muted_threads (user_id, root_id) SELECT $1, root FROM thread ON CONFLICT DO NOTHING
    )
    SELECT root FROM thread
"""
# By the id of its first tweet, also a conversation that the user may no longer see.
UNMUTE = f"""
    WITH unmuted AS (
        DELETE FROM muted_threads WHERE user_id = $1
            AND root_id = coalesce((SELECT root FROM ({ROOT}) seen), $2)
        RETURNING root_id AS root
    )
    SELECT root FROM unmuted UNION ({ROOT})
"""


# $1 the user, $2 before, $3 how many.
LISTED = """
    SELECT root_id FROM muted_threads WHERE user_id = $1 AND root_id < $2 ORDER BY root_id DESC LIMIT $3
"""


class MutedThread(NamedTuple):
    """A muted conversation: its first tweet; None if it is gone, or not for the user any more."""

    root_id: int
    tweet: Shown | None


async def of_viewer(viewer: Viewer, pages: Pages, *, limit: int, before: int = NEWEST) -> Page[MutedThread]:
    """A page of the conversations that the viewer muted, the newest conversation first."""
    roots = [found["root_id"] for found in await rows(LISTED, viewer.id, before, limit + 1)]
    shown = await pages.some(viewer, roots[:limit], hides=Hides.BLOCKED)
    items = [MutedThread(root, shown.get(root)) for root in roots[:limit]]
    return Page(items, items[-1].root_id if len(roots) > limit and items else None)


async def mute(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound."""
    await _set(MUTE, viewer, tweet_id)


async def unmute(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound."""
    await _set(UNMUTE, viewer, tweet_id)


async def _set(statement: str, viewer: Viewer, tweet_id: int) -> None:
    if await row(statement, viewer.id, tweet_id) is None:
        raise TweetNotFound
