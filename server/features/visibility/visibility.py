"""The audience of a tweet, and SQL for whether somebody belongs to it.

A tweet keeps the audience that it was published with. Whoever it mentions and the author of the tweet that it
replies to may always see it: for tweets that aren't open to all members, the table `addressees` has them.
"""

from __future__ import annotations

from enum import StrEnum

from server.features.relations.visible import visible_to


class Visibility(StrEnum):
    """Who may see a tweet, from the widest audience to the narrowest.

    `PUBLIC` and `UNLISTED`: every member; unlisted tweets are on no list of everyone's tweets and on no
    hashtag's page. `FOLLOWERS`: followers of the author at the moment of reading, and whom it addresses.
    `MENTIONED`: only whom it addresses; such a tweet is on no profile and on nobody's Following timeline.
    """

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    MENTIONED = "mentioned"

    @property
    def level(self) -> int:
        """Its number in the database, where a narrower audience has a higher one."""
        return LEVELS.index(self)

    @property
    def is_open(self) -> bool:
        """Whether every member may see the tweet."""
        return self.level < RESTRICTED


LEVELS = tuple(Visibility)
PUBLIC, UNLISTED, FOLLOWERS, MENTIONED = range(4)

# From this level on, not every member may see a tweet.
RESTRICTED = FOLLOWERS


def name_of(level: str) -> str:
    """SQL for the name of a level, given as an expression."""
    names = ", ".join(f"'{name}'" for name in LEVELS)
    return f"(ARRAY[{names}])[{level} + 1]"


def is_shown(tweet: str) -> str:
    """SQL for whether the author of a tweet, given as an alias, isn't hidden.

    `hidden` of the tweet itself says so too, but it is also set for `MENTIONED` ones, which are on no list.
    """
    return f"""(CASE WHEN {tweet}.visibility = {MENTIONED}
        THEN (SELECT NOT hidden FROM users WHERE id = {tweet}.author_id) ELSE NOT {tweet}.hidden END)"""


def in_audience(viewer: str, tweet: str) -> str:
    """SQL for whether a user belongs to the audience of a tweet: an expression and an alias."""
    addressed = f"SELECT true FROM addressees WHERE tweet_id = {tweet}.id AND user_id = {viewer}"
    follows = f"SELECT true FROM follows WHERE follower_id = {viewer} AND followee_id = {tweet}.author_id"
    return f"""({tweet}.visibility < {RESTRICTED} OR {tweet}.author_id = {viewer}
        OR ({addressed}) IS NOT NULL OR ({tweet}.visibility = {FOLLOWERS} AND ({follows}) IS NOT NULL))"""


def may_see(viewer: str, tweet: str) -> str:
    """SQL for whether a user may see a tweet whose author isn't hidden: an expression and an alias."""
    return f"({visible_to(viewer, f'{tweet}.author_id')} AND {in_audience(viewer, tweet)})"
