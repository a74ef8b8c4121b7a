"""What the author of a thread's first tweet decides: who may reply in it, and which replies need a click."""

from __future__ import annotations

from enum import StrEnum

from server.core.database.connection import row
from server.core.errors import NotAuthor, NotFirst, TweetNotFound
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.relations.visible import visible_to
from server.features.visibility.visibility import in_audience, may_see


class WhoMayReply(StrEnum):
    """Everyone; people whom the author follows or the first tweet mentions; only the latter; or nobody.

    The author always may.
    """

    EVERYONE = "everyone"
    FOLLOWING = "following"
    MENTIONED = "mentioned"
    NOBODY = "nobody"


def may_reply(viewer: str, root: str) -> str:
    """SQL for whether a user may reply in the thread with this first tweet, both given as expressions.

    True as well if the first tweet was deleted, and its rule with it.
    """
    return f"""((
        SELECT first.author_id = {viewer}
            OR rule.who_may_reply IN ('following', 'mentioned') AND (
                SELECT true FROM mentions WHERE tweet_id = first.id AND user_id = {viewer}
            ) IS NOT NULL
            OR rule.who_may_reply = 'following' AND (
                SELECT true FROM follows WHERE follower_id = first.author_id AND followee_id = {viewer}
            ) IS NOT NULL
        FROM thread_rules rule JOIN tweets first ON first.id = rule.root_id WHERE rule.root_id = {root}
    ) IS NOT FALSE)"""


# $1 the tweet, $2 the user.
FIRST = f"""
    SELECT t.author_id, t.in_reply_to_id FROM tweets t JOIN users a ON a.id = t.author_id
    WHERE t.id = $1 AND NOT a.hidden AND {may_see("$2", "t")}
"""
# $1 the first tweet, $2 the rule. The event makes open pages reload the thread.
LIMIT = """
    WITH ruled AS (
        INSERT INTO thread_rules (root_id, who_may_reply) SELECT id, $2 FROM (
            SELECT id FROM tweets WHERE id = $1 FOR KEY SHARE
        ) still_there
        ON CONFLICT (root_id) DO UPDATE SET who_may_reply = $2 RETURNING root_id
    )
    INSERT INTO outbox (kind, subject_id) SELECT 'thread', root_id FROM ruled
"""
OPEN = """
    WITH opened AS (DELETE FROM thread_rules WHERE root_id = $1 RETURNING root_id)
    INSERT INTO outbox (kind, subject_id) SELECT 'thread', root_id FROM opened
"""

# $1 a reply, $2 the user. Gives the first tweet of its thread, and whether the user wrote that one or the
# tweet replied to. Those may hide it across a block too; for others, it then doesn't exist.
REPLY = f"""
    SELECT * FROM (
        SELECT t.thread_root_id AS root_id, coalesce(t.in_reply_to_user_id = $2, false)
            OR coalesce((SELECT author_id FROM tweets WHERE id = t.thread_root_id) = $2, false) AS may,
            {visible_to("$2", "t.author_id")} AS seen
        FROM tweets t JOIN users a ON a.id = t.author_id
        WHERE t.id = $1 AND t.thread_root_id IS NOT NULL AND NOT a.hidden AND {in_audience("$2", "t")}
    ) reply WHERE may OR seen
"""
# $1 the reply, $2 the first tweet.
HIDE = """
    WITH hidden AS (
        INSERT INTO hidden_replies (tweet_id) SELECT id FROM (
            SELECT id FROM tweets WHERE id = $1 FOR KEY SHARE
        ) still_there ON CONFLICT DO NOTHING RETURNING 1
    )
    INSERT INTO outbox (kind, subject_id, object_id) SELECT 'thread', $2::bigint, $1::bigint FROM hidden
"""
SHOW = """
    WITH shown AS (DELETE FROM hidden_replies WHERE tweet_id = $1 RETURNING 1)
    INSERT INTO outbox (kind, subject_id, object_id) SELECT 'thread', $2::bigint, $1::bigint FROM shown
"""


async def limit_replies(viewer: Viewer, tweet_id: int, who: WhoMayReply) -> None:
    """Decide who may reply in the viewer's thread.

    Raises:
        TweetNotFound: there is no such tweet.
        NotAuthor: it is someone else's.
        NotFirst: it is a reply.
    """
    found = await row(FIRST, tweet_id, viewer.id) if tweet_id <= NEWEST else None
    if found is None:
        raise TweetNotFound
    if found["author_id"] != viewer.id:
        raise NotAuthor
    if found["in_reply_to_id"] is not None:
        raise NotFirst
    if who is WhoMayReply.EVERYONE:
        await row(OPEN, tweet_id)
    else:
        await row(LIMIT, tweet_id, who)


async def hide(viewer: Viewer, tweet_id: int) -> None:
    """Put a reply behind a click, for everyone. Doing it again changes nothing.

    Raises:
        TweetNotFound: there is no such reply.
        NotAuthor: the viewer wrote neither the tweet that it replies to nor the first one of the thread.
    """
    await _set(HIDE, viewer, tweet_id)


async def show(viewer: Viewer, tweet_id: int) -> None:
    """Undo that. Raises TweetNotFound or NotAuthor."""
    await _set(SHOW, viewer, tweet_id)


async def _set(statement: str, viewer: Viewer, tweet_id: int) -> None:
    found = await row(REPLY, tweet_id, viewer.id) if tweet_id <= NEWEST else None
    if found is None:
        raise TweetNotFound
    if not found["may"]:
        raise NotAuthor
    await row(statement, tweet_id, found["root_id"])
