"""Reposts: showing a tweet to your own followers. Doing or undoing it twice succeeds and changes nothing.

A repost's id comes from the sequence of the tweets, because both stand in the same timelines. So no repost
has the id of a tweet; where a tweet is asked for by the id of a repost, the tweet that it shows is meant.
"""

from __future__ import annotations

from typing import NamedTuple

from server.core import audit
from server.core.audit import Act, Actor
from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.errors import NotAuthor, NotFollowed, NotRepostable, TweetNotFound
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.follows import events as follows
from server.features.notifications.told import notifications_of
from server.features.people import accounts, people
from server.features.people.people import LISTED, OF_TWEET, ListedPerson
from server.features.relations.visible import visible_to
from server.features.reposts import events
from server.features.visibility.visibility import FOLLOWERS, RESTRICTED, is_shown, may_see

# SQL for whether the user $1 may repost a tweet that they may see. If it is for followers, only its author
# may, because an author's reposts reach the same followers.
ALLOWED = f"(visibility < {RESTRICTED} OR visibility = {FOLLOWERS} AND author_id = $1)"

# $1 the user, $2 the tweet. Returns the tweet if it exists for the user, with the id of its repost. A trigger
# counts it, tells everybody and notifies the author.
ADD = f"""
    WITH tweet AS MATERIALIZED (
        SELECT id, author_id, visibility FROM tweets t
        WHERE id = $2 AND {is_shown("t")} AND {may_see("$1", "t")} FOR NO KEY UPDATE
    ), added AS (
        INSERT INTO reposts (id, tweet_id, user_id)
        SELECT nextval(pg_get_serial_sequence('tweets', 'id')), id, $1 FROM tweet WHERE {ALLOWED}
        ON CONFLICT (user_id, tweet_id) DO NOTHING RETURNING id
    )
    SELECT {ALLOWED} AS allowed, author_id,
        (SELECT octet_length(content) FROM tweets WHERE id = $2) + coalesce(
            (SELECT sum(octet_length(alt)) FROM media_attachments WHERE tweet_id = $2), 0
        ) AS size, coalesce(
        (SELECT id FROM added), (SELECT id FROM reposts WHERE user_id = $1 AND tweet_id = $2)
    ) AS repost_id FROM tweet
"""
REMOVE = f"""
    WITH tweet AS MATERIALIZED (
        SELECT id, author_id, visibility FROM tweets t WHERE id = $2 AND {is_shown("t")} FOR NO KEY UPDATE
    ), removed AS (
        DELETE FROM reposts WHERE user_id = $1 AND tweet_id = (SELECT id FROM tweet) RETURNING 1
    )
    SELECT author_id FROM tweet WHERE {may_see("$1", "tweet")} OR EXISTS (SELECT 1 FROM removed)
"""
LOCK = """
    SELECT t.author_id FROM tweets t JOIN reposts r ON r.tweet_id = t.id
    WHERE r.id = $1 FOR NO KEY UPDATE OF t
"""
DELETE = "DELETE FROM reposts WHERE id = $1 RETURNING tweet_id, user_id"
# $1 the repost, $2 a user.
OWNER = f"""
    SELECT r.user_id, {is_shown("t")} AND {may_see("$2", "t")} AS seen
    FROM reposts r JOIN tweets t ON t.id = r.tweet_id WHERE r.id = $1
"""

REPOSTERS = LISTED.format(
    table="reposts",
    owner="tweet_id",
    person="user_id",
    shown=f"{OF_TWEET} AND {may_see('$2', 't')}",
    seen=f"AND {visible_to('$2', 'reposts.user_id')} "
    "AND (SELECT NOT hidden FROM users WHERE users.id = reposts.user_id)",
)

# $1 the follower, $2 the followee, $3 whether to hide the followee's reposts.
HIDE = "UPDATE follows SET reposts_hidden = $3 WHERE follower_id = $1 AND followee_id = $2 RETURNING 1"

ORIGINAL = "SELECT tweet_id FROM reposts WHERE id = $1"


class Reposted(NamedTuple):
    """A repost, and how many bytes of text its tweet has, which are sent to every follower's stream."""

    id: int
    size: int


async def repost(viewer: Viewer, tweet_id: int) -> Reposted:
    """Repost a tweet.

    Raises:
        TweetNotFound: the tweet does not exist, or no longer does.
        NotRepostable: not every member may see it, and it isn't the viewer's own tweet for followers.
    """
    for _ in range(2):
        found = await row(ADD, viewer.id, tweet_id)
        if found is None:
            raise TweetNotFound
        if not found["allowed"]:
            raise NotRepostable
        if found["repost_id"] is not None:
            break  # otherwise another request of the same moment has just made it
    else:
        raise TweetNotFound
    await changes.tell([*events.reposted(tweet_id, viewer.id), notifications_of(found["author_id"])])
    return Reposted(int(found["repost_id"]), int(found["size"]))


async def undo(viewer: Viewer, tweet_id: int) -> None:
    """Raises TweetNotFound if the tweet does not exist, or no longer does."""
    found = await row(REMOVE, viewer.id, tweet_id)
    if found is None:
        raise TweetNotFound
    await changes.tell([*events.reposted(tweet_id, viewer.id), notifications_of(found["author_id"])])


async def delete(viewer: Viewer, repost_id: int) -> None:
    """Undo the viewer's own repost, given by its id (administrators: anyone's).

    Raises:
        TweetNotFound: there is no such repost.
        NotAuthor: it is someone else's.
    """
    async with transaction():
        authors = [notifications_of(one["author_id"]) for one in await rows(LOCK, repost_id)]
        found = await row(OWNER, repost_id, viewer.id)
        if found is None:
            raise TweetNotFound
        if found["user_id"] != viewer.id:
            if "admin" not in viewer.scopes:
                raise NotAuthor if found["seen"] else TweetNotFound
            await audit.record(
                Actor.of(viewer), Act.REPOST_DELETED, user_id=found["user_id"], subject_id=repost_id
            )
        removed = await row(DELETE, repost_id)
    if removed is not None:
        await changes.tell([*events.reposted(removed["tweet_id"], removed["user_id"]), *authors])


async def original(repost_id: int) -> int | None:
    """The tweet that a repost shows; None if there is no such repost."""
    found = await row(ORIGINAL, repost_id) if abs(repost_id) <= NEWEST else None
    return None if found is None else int(found["tweet_id"])


async def of_tweet(viewer: Viewer, tweet_id: int, *, limit: int, before: int = NEWEST) -> Page[ListedPerson]:
    """A page of the people who reposted a tweet, the newest repost first.

    Raises:
        TweetNotFound: there is no such tweet.
    """
    found = [ListedPerson(**one) for one in await rows(REPOSTERS, tweet_id, viewer.id, before, limit + 1)]
    if not found and not await people.is_tweet_shown(tweet_id, viewer.id):
        raise TweetNotFound
    return people.people_page(found, limit)


async def hide(viewer: Viewer, user_id: int, *, hidden: bool) -> None:
    """Leave a followee's reposts out of the viewer's Following timeline, or show them again.

    Raises:
        UserNotFound: there is no such user.
        NotFollowed: the viewer doesn't follow them.
    """
    if await row(HIDE, viewer.id, user_id, hidden) is None:
        await accounts.ensure_exists(user_id)
        raise NotFollowed
    await changes.tell(follows.followed(viewer.id, user_id))
