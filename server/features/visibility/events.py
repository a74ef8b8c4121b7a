"""Who among the viewers of the live stream may see a tweet."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from server.core.database.connection import rows
from server.core.live.event import EventRow
from server.core.live.kinds import Fact, Facts, Needed, Recipients
from server.core.live.viewers import viewers_by
from server.features.relations.visible import visible_to
from server.features.visibility.visibility import FOLLOWERS, RESTRICTED

# Which viewers may see each of these tweets. One that is gone or that none of them may see has one row,
# without a viewer, as has one that every member may see. It starts from whom a tweet addresses, and looks up
# followers once for each author: there may be many tweets and very many viewers.
AUDIENCE = f"""
    WITH t AS MATERIALIZED (
        SELECT id, author_id, visibility FROM tweets WHERE id = ANY($1::bigint[])
    ), restricted AS MATERIALIZED (
        SELECT * FROM t WHERE visibility >= {RESTRICTED}
    ), following AS MATERIALIZED (
        SELECT author.author_id, viewer.id
        FROM (SELECT DISTINCT author_id FROM restricted WHERE visibility = {FOLLOWERS}) author
            CROSS JOIN unnest($2::bigint[]) AS viewer (id)
        WHERE (SELECT true FROM follows WHERE follower_id = viewer.id AND followee_id = author.author_id)
    ), found AS MATERIALIZED (
        SELECT r.id, r.author_id, a.user_id AS viewer_id
        FROM restricted r JOIN addressees a ON a.tweet_id = r.id WHERE a.user_id = ANY($2)
        UNION SELECT id, author_id, author_id FROM restricted WHERE author_id = ANY($2)
        UNION SELECT r.id, r.author_id, f.id FROM restricted r JOIN following f ON f.author_id = r.author_id
            WHERE r.visibility = {FOLLOWERS}
    )
    SELECT asked.id AS tweet_id, found.viewer_id, coalesce(t.visibility < {RESTRICTED}, false) AS is_open
    FROM unnest($1::bigint[]) AS asked (id) LEFT JOIN t ON t.id = asked.id
        LEFT JOIN found ON found.id = asked.id AND {visible_to("found.viewer_id", "found.author_id")}
"""


# Which of the viewers a block parts from the author of one of these tweets.
PARTED = """
    SELECT t.id AS key, r.user_id AS viewer_id FROM tweets t JOIN relations r ON r.other_id = t.author_id
    WHERE t.id = ANY($1::bigint[]) AND r.user_id = ANY($2::bigint[]) AND (r.blocking OR r.blocked_by)
"""


class Audience(NamedTuple):
    """The only viewers who may see a tweet; None if every member may."""

    only: frozenset[int] | None


async def audiences(tweet_ids: Collection[int], viewers: Collection[int]) -> dict[int, Audience]:
    """Who among the viewers may see each of these tweets: nobody, if it is gone."""
    seeing: dict[int, set[int] | None] = {}
    for found in await rows(AUDIENCE, list(tweet_ids), list(viewers)):
        seen_by = seeing.setdefault(found["tweet_id"], None if found["is_open"] else set())
        if seen_by is not None and found["viewer_id"] is not None:
            seen_by.add(found["viewer_id"])
    return {
        tweet_id: Audience(None if seen_by is None else frozenset(seen_by))
        for tweet_id, seen_by in seeing.items()
    }


async def parted(tweet_ids: Collection[int], viewers: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of the viewers a block parts from the author of each of these tweets."""
    return await viewers_by(PARTED, tweet_ids, viewers)


def needed(*tweet_ids: int | None) -> list[Needed]:
    """The facts that say who may get something about these tweets."""
    facts = (AUDIENCE_AMONG_VIEWERS, PARTED_AMONG_VIEWERS)
    return [(fact, tweet_id) for tweet_id in tweet_ids if tweet_id is not None for fact in facts]


def audience(facts: Facts, tweet_id: int) -> frozenset[int] | None:
    """The only viewers who may see a tweet, or None if every member may. Nobody, if we don't know."""
    found = facts.get(AUDIENCE_AMONG_VIEWERS, tweet_id)
    return frozenset() if found is None else found.only


def apart(facts: Facts, tweet_id: int) -> frozenset[int]:
    """The viewers whom a block parts from the author of a tweet."""
    return facts.get(PARTED_AMONG_VIEWERS, tweet_id) or frozenset()


def of_tweet(facts: Facts, tweet_id: int) -> Recipients:
    """Everybody who may see a tweet."""
    return Recipients(audience(facts, tweet_id), apart(facts, tweet_id))


def to_readers(event: EventRow, facts: Facts) -> Recipients:
    """The message is for everybody who may see the tweet that the event is about."""
    return of_tweet(facts, event.subject_id)


AUDIENCE_AMONG_VIEWERS = Fact(audiences)
PARTED_AMONG_VIEWERS = Fact(parted)
