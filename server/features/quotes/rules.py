"""Who may quote a tweet. Its author decides, and can withdraw the tweet from a quote later."""

from __future__ import annotations

from enum import StrEnum

from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.errors import NotAuthor, TweetNotFound
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.visibility.visibility import FOLLOWERS, RESTRICTED, is_shown, may_see


class WhoMayQuote(StrEnum):
    """Everyone; the author's followers; or nobody. The author always may.

    Tweets that not every member may see are quoted by nobody else; those for mentioned people by nobody.
    """

    EVERYONE = "everyone"
    FOLLOWERS = "followers"
    NOBODY = "nobody"

    @property
    def level(self) -> int:
        """Its number in the database."""
        return LEVELS.index(self)


LEVELS = tuple(WhoMayQuote)
_EVERYONE, _FOLLOWERS, _ = range(3)


def name_of(level: str) -> str:
    """SQL for the name of a level, given as an expression."""
    names = ", ".join(f"'{name}'" for name in LEVELS)
    return f"(ARRAY[{names}])[{level} + 1]"


def may_quote(user: str, tweet: str) -> str:
    """SQL for whether a user may quote a tweet that they may see, given as an expression and an alias."""
    follows = f"SELECT true FROM follows WHERE follower_id = {user} AND followee_id = {tweet}.author_id"
    return f"""({tweet}.visibility <= {FOLLOWERS} AND {tweet}.author_id = {user}
        OR {tweet}.visibility < {RESTRICTED} AND (
            {tweet}.who_may_quote = {_EVERYONE}
            OR {tweet}.who_may_quote = {_FOLLOWERS} AND ({follows}) IS NOT NULL
        ))"""


# $1 the tweet, $2 the user.
SEEN = f"""
    SELECT t.author_id FROM tweets t WHERE t.id = $1 AND {is_shown("t")} AND {may_see("$2", "t")}
"""
# $1 the tweet, $2 the rule. Cards show it, so that they are read again.
LIMIT = """
    WITH limited AS (
        UPDATE tweets SET who_may_quote = $2, version = version + 1
        WHERE id = $1 AND who_may_quote <> $2 RETURNING id, author_id
    )
    INSERT INTO outbox (kind, subject_id, actor_id) SELECT 'tweet_edited', id, author_id FROM limited
"""
# $1 the tweet that quotes. Locks it and the quoted one, in the order of their ids.
LOCK = """
    SELECT id, author_id FROM tweets
    WHERE id IN ($1, (SELECT quoted_id FROM quotes WHERE tweet_id = $1)) ORDER BY id FOR NO KEY UPDATE
"""
# $1 the tweet that quotes. A trigger counts.
WITHDRAW = """
    UPDATE quotes SET withdrawn = true, counted = false WHERE tweet_id = $1 AND NOT withdrawn RETURNING 1
"""
# $1 the tweet that quotes.
TELL = """
    WITH changed AS (
        UPDATE tweets SET version = version + 1 WHERE id = $1 RETURNING id, author_id
    )
    INSERT INTO outbox (kind, subject_id, actor_id) SELECT 'tweet_edited', id, author_id FROM changed
"""


async def limit_quotes(viewer: Viewer, tweet_id: int, who: WhoMayQuote) -> None:
    """Decide who may quote the viewer's tweet from now on.

    Raises:
        TweetNotFound: there is no such tweet.
        NotAuthor: it is someone else's.
    """
    found = await row(SEEN, tweet_id, viewer.id) if tweet_id <= NEWEST else None
    if found is None:
        raise TweetNotFound
    if found["author_id"] != viewer.id:
        raise NotAuthor
    await rows(LIMIT, tweet_id, who.level)
    await changes.tell([topics.tweet(tweet_id)])


async def withdraw(viewer: Viewer, tweet_id: int) -> None:
    """Withdraw the viewer's tweet from one that quotes it, for good. Doing it again changes nothing.

    Raises:
        TweetNotFound: there is no such tweet, or it quotes nothing that still exists.
        NotAuthor: what it quotes is someone else's.
    """
    if tweet_id > NEWEST:
        raise TweetNotFound
    async with transaction():
        quoted = [one for one in await rows(LOCK, tweet_id) if one["id"] != tweet_id]
        if not quoted or quoted[0]["author_id"] != viewer.id:
            seen = await row(SEEN, tweet_id, viewer.id)
            raise NotAuthor if seen and quoted else TweetNotFound
        if await row(WITHDRAW, tweet_id) is not None:
            await rows(TELL, tweet_id)
    await changes.tell([topics.tweet(tweet_id), topics.tweet(quoted[0]["id"])])
