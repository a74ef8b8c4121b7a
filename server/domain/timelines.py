"""Timelines: what a viewer reads."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from server.domain import accounts
from server.domain.errors import TweetNotFound
from server.domain.paging import NEWEST, Page
from server.domain.viewer import Viewer
from server.models import timeline
from server.models.timeline import Liker, TweetRow, Window

# At most so many likers are embedded in a tweet's answer (the contract's bound).
EMBEDDED_LIKERS = 100


class Timeline(StrEnum):
    """Which timeline."""

    ALL = "all"
    FOLLOWING = "following"


class UserList(StrEnum):
    """Which list of a user's."""

    TWEETS = "tweets"
    MEDIA = "media"
    LIKES = "likes"


USER_LISTS = {
    UserList.TWEETS: timeline.of_author,
    UserList.MEDIA: timeline.with_media,
    UserList.LIKES: timeline.liked,
}


async def read(
    viewer: Viewer, which: Timeline, *, limit: int, before: int = NEWEST, page: int = 1, likers: int
) -> Page[TweetRow]:
    """A page of a timeline, the newest tweet first.

    Args:
        page: 1-based number of the page, for clients that count pages; with `before`, from there on.
        likers: how many likers to embed in each tweet.
    """
    window = _window(limit, before, page)
    query = timeline.following if which is Timeline.FOLLOWING else timeline.everybodys
    return _page(await query(viewer.id, window, likers=likers), limit, viewer, likers)


async def of_user(
    viewer: Viewer,
    which: UserList,
    user_id: int,
    *,
    limit: int,
    before: int = NEWEST,
    page: int = 1,
    likers: int,
) -> Page[TweetRow]:
    """A page of one of a user's lists. Of likes the cursor is the like's, and the newest like comes first.

    Raises:
        UserNotFound: there is no such user.
    """
    query = USER_LISTS[which]
    found = await query(user_id, viewer.id, _window(limit, before, page), likers=likers)
    if not found:
        await accounts.ensure_exists(user_id)
    return _page(found, limit, viewer, likers)


async def tweet(viewer: Viewer, tweet_id: int, *, likers: int) -> TweetRow:
    """One tweet.

    Raises:
        TweetNotFound: there is none.
    """
    found = await timeline.these([tweet_id], viewer.id, likers=likers)
    if not found:
        raise TweetNotFound
    return _viewer_first(found[0], viewer, likers)


def _window(limit: int, before: int, page: int) -> Window:
    """One more than the page holds, to know whether anything follows."""
    skip = min((max(page, 1) - 1) * limit, NEWEST - limit - 1)
    return Window(limit=limit + 1 if limit else 0, before=before, skip=skip)


def _page(found: list[TweetRow], limit: int, viewer: Viewer, likers: int) -> Page[TweetRow]:
    items = [_viewer_first(tweet, viewer, likers) for tweet in found[:limit]]
    return Page(items, items[-1].cursor if len(found) > limit and items else None)


def _viewer_first(tweet: TweetRow, viewer: Viewer, likers: int) -> TweetRow:
    """The viewer leads the likers, where among them, however many are newer."""
    if not tweet.liked or likers == 0 or (tweet.likers and tweet.likers[0].id == viewer.id):
        return tweet
    others = [liker for liker in tweet.likers if liker.id != viewer.id]
    return msgspec.structs.replace(tweet, likers=[Liker(viewer.id, viewer.name), *others][:likers])
