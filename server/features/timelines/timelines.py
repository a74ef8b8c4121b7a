"""Timelines for viewers, as bytes in the dialect of the API that asks (`pages` caches them)."""

from __future__ import annotations

from server.core.errors import InvalidParameter, TweetNotFound
from server.core.paging import MAX_PAGE_SIZE, NEWEST
from server.core.viewer import Viewer
from server.features.people import accounts
from server.features.timelines.hiding import Hides
from server.features.timelines.page import PageKey, Part
from server.features.timelines.pages import Pages
from server.features.timelines.profile import Published
from server.features.timelines.quoted import Shown
from server.features.timelines.timeline import Timeline

# The maximum number of likers embedded in a tweet's response (set by the contract).
EMBEDDED_LIKERS = 100

# How many tweets back page numbers reach: the database has to step over every one of them.
DEEPEST = 10_000


def part(*, limit: int, before: int = NEWEST, after: int | None = None, page: int = 1, likers: int) -> Part:
    """A part of a timeline, the newest tweet first, within our bounds.

    Args:
        before: for tweets older than this cursor.
        after: for the tweets just newer than this cursor, instead.
        page: 1-based number of the page, for clients that count pages; with a cursor, counted from there.
        likers: how many likers to embed in each tweet.

    Raises:
        InvalidParameter: the page lies too far back, or both cursors are given.
    """
    if after is not None and before != NEWEST:
        raise InvalidParameter("Send before or after, not both.")
    limit = min(limit, MAX_PAGE_SIZE)
    if page * limit > DEEPEST:
        raise InvalidParameter(f"offset times limit is at most {DEEPEST:,}. Beyond it, pass next as before.")
    return Part(before, (max(page, 1) - 1) * limit, limit, min(likers, EMBEDDED_LIKERS), after)


async def of_all(viewer: Viewer, pages: Pages, timeline: Timeline, part: Part) -> bytes:
    """A page of a timeline that is the same for everybody."""
    return (await pages.read(viewer, PageKey(timeline, 0, part))).answer


async def of_subject(viewer: Viewer, pages: Pages, timeline: Timeline, subject: int, part: Part) -> bytes:
    """A page of the timeline of something, such as a hashtag, that is the same for everybody."""
    return (await pages.read(viewer, PageKey(timeline, subject, part))).answer


async def of_list(viewer: Viewer, pages: Pages, timeline: Timeline, list_id: int, part: Part) -> bytes:
    """A page of one of the viewer's own lists."""
    return (await pages.read(viewer, PageKey(timeline, list_id, part, viewer.id))).answer


async def own(viewer: Viewer, pages: Pages, timeline: Timeline, part: Part) -> bytes:
    """A page of one of the viewer's own timelines."""
    return (await pages.read(viewer, PageKey(timeline, viewer.id, part))).answer


async def of_user(viewer: Viewer, pages: Pages, timeline: Timeline, user_id: int, part: Part) -> bytes:
    """A page of a user's timeline, for any reader. It is empty if one of them blocks the other.

    Raises:
        UserNotFound: there is no such user.
    """
    if user_id in await pages.left_out(viewer, Hides.BLOCKED):
        part = part._replace(limit=0)
    found = await pages.read(viewer, PageKey(timeline, user_id, part))
    if found.is_empty:
        await accounts.ensure_exists(user_id)
    return found.answer


async def of_author(viewer: Viewer, pages: Pages, published: Published, user_id: int, part: Part) -> bytes:
    """A page of what a user has published, for any reader. It is empty if one of them blocks the other.

    Raises:
        UserNotFound: there is no such user.
    """
    is_follower = await pages.is_follower(viewer, user_id)
    timeline = published.for_followers if is_follower else published.for_all
    return await of_user(viewer, pages, timeline, user_id, part)


async def tweet(viewer: Viewer, pages: Pages, tweet_id: int, *, likers: int) -> Shown:
    """One tweet.

    Raises:
        TweetNotFound: there is no such tweet.
    """
    shown = await pages.one(viewer, tweet_id, likers=min(likers, EMBEDDED_LIKERS))
    if shown is None:
        raise TweetNotFound
    return shown
