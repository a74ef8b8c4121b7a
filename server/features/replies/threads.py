"""Threads: what a tweet replies to, the tweet, and the replies below it, in reading order.

Each reply has the path of ids that leads to it from the thread's first tweet, and an index on the paths has
the whole thread in reading order: so any part of it is a range of that index, however large the thread is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from server.core.database.connection import records
from server.core.errors import InvalidParameter, TweetNotFound
from server.core.paging import MAX_PAGE_SIZE, NEWEST
from server.core.viewer import Viewer
from server.features.replies.rules import WhoMayReply, may_reply
from server.features.timelines.hiding import Hides
from server.features.timelines.pages import Pages
from server.features.timelines.quoted import Shown, quoted_by
from server.features.tweets.statement import CONTINUED, DEEPEST
from server.features.visibility.visibility import FOLLOWERS, RESTRICTED, is_shown, may_see

# An id in a cursor.
STEP = re.compile("-?[0-9]{1,16}")

# How many of the tweets above are given; the others are above the uppermost of these.
MOST_ABOVE = 50

# For replies that are for followers, so many of the people whom the reader followed last are looked at.
MOST_FOLLOWEES = 1_000

# Of the replies that address the reader, so many for one page; and so many that came last, wherever they are:
# whoever floods a thread doesn't keep those from the reader that others write later.
MOST_ADDRESSED, NEWEST_ADDRESSED = 2_000, 500

BY_OTHERS = "t.author_id <> ALL($5::bigint[])"


def below(row: str) -> str:
    """SQL for whether a row, given as an alias, is of a reply below the tweet `focus`."""
    return f"""{row}.thread_path > (SELECT path || $2::bigint[] FROM focus)
            AND {row}.thread_path < (SELECT path || {NEWEST}::bigint FROM focus)"""


# $1 the tweet, $2 the part of the path below it after which to begin, $3 how many, $4 the viewer, $5 the
# authors to leave out. Gives the path of the tweet and the paths of replies; no row if there is no such
# tweet.
PLACES = f"""
    WITH focus AS MATERIALIZED (
        SELECT coalesce(t.thread_path, ARRAY[t.id]) AS path,
            coalesce(t.thread_root_id, t.id) AS root FROM tweets t JOIN users a ON a.id = t.author_id
        WHERE t.id = $1 AND NOT a.hidden AND {may_see("$4", "t")}
    )
    SELECT focus.path, below.thread_path AS reply,
        (SELECT true FROM hidden_replies WHERE tweet_id = below.id) IS NOT NULL AS hidden,
        (SELECT true FROM muted_threads WHERE user_id = $4 AND root_id = focus.root) IS NOT NULL AS muted,
        (SELECT who_may_reply FROM thread_rules WHERE root_id = focus.root) AS who_may_reply,
        {may_reply("$4", "focus.root")} AS may_reply
    FROM focus LEFT JOIN LATERAL (
        (
            SELECT id, thread_path FROM tweets t
            WHERE {below("t")} AND NOT hidden AND visibility < {RESTRICTED} AND {BY_OTHERS}
            ORDER BY thread_path LIMIT $3
        ) UNION (
            SELECT theirs.* FROM (
                SELECT $4::bigint AS author_id UNION ALL (
                    SELECT followee_id FROM follows WHERE follower_id = $4
                    ORDER BY id DESC LIMIT {MOST_FOLLOWEES}
                )
            ) who CROSS JOIN LATERAL (
                SELECT id, thread_path FROM tweets t
                WHERE thread_root_id = focus.root AND author_id = who.author_id AND {below("t")}
                    AND NOT hidden AND visibility = {FOLLOWERS} AND {BY_OTHERS}
                ORDER BY thread_path LIMIT $3
            ) theirs
            WHERE (
                SELECT true FROM tweets WHERE thread_root_id = focus.root AND thread_path IS NOT NULL
                    AND NOT hidden AND visibility = {FOLLOWERS} LIMIT 1
            )
            ORDER BY thread_path LIMIT $3
        ) UNION (
            SELECT t.id, x.thread_path FROM (
                (
                    SELECT * FROM addressees x WHERE x.user_id = $4 AND {below("x")}
                    ORDER BY x.thread_path LIMIT {MOST_ADDRESSED}
                ) UNION ALL (
                    SELECT * FROM (
                        SELECT * FROM addressees WHERE user_id = $4
                        ORDER BY tweet_id DESC LIMIT {NEWEST_ADDRESSED}
                    ) x WHERE {below("x")}
                )
            ) x JOIN tweets t ON t.id = x.tweet_id WHERE {is_shown("t")} AND {BY_OTHERS}
            ORDER BY x.thread_path LIMIT $3
        )
        ORDER BY thread_path LIMIT $3
    ) below ON true ORDER BY below.thread_path
"""


class Entry(NamedTuple):
    """A tweet in a thread: how many levels below the tweet asked for, and None if it is gone.

    `hidden` is whether an author whom it replies to put it behind a click.
    """

    tweet_id: int
    depth: int
    shown: Shown | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A tweet, what is above it (the first tweet of the thread first), and the replies below it.

    Attributes:
        above: a tweet with which reading upwards continues; None if all is there.
        next: where the next page begins; None if this is the last one.
        muted: whether the viewer muted the conversation.
        may_reply: whether the viewer may reply in it.
    """

    ancestors: list[Entry]
    tweet: Shown
    replies: list[Entry]
    above: int | None
    next: str | None
    muted: bool
    who_may_reply: WhoMayReply
    may_reply: bool

    @property
    def quotes(self) -> list[int]:
        """The tweets that its tweets quote."""
        entries = (*self.ancestors, *self.replies)
        return quoted_by([self.tweet, *(one.shown for one in entries if one.shown is not None)])


async def read(viewer: Viewer, pages: Pages, tweet_id: int, *, limit: int, after: str | None) -> Thread:
    """A page of the thread around a tweet: one query, and one each for cards and marks not in memory.

    Args:
        after: `next` of the page before.

    Raises:
        TweetNotFound: there is no such tweet.
        InvalidParameter: `after` is no cursor.
    """
    limit = min(limit, MAX_PAGE_SIZE)
    cursor = _parsed(after)
    left_out = await pages.left_out(viewer, Hides.MUTED)
    found = await records(PLACES, tweet_id, cursor, limit + 1, viewer.id, list(left_out))
    if not found:
        raise TweetNotFound
    path = list(found[0]["path"])
    below = [tuple(place["reply"][len(path) :]) for place in found if place["reply"] is not None]
    hidden = {_id(place["reply"][-1]) for place in found if place["reply"] is not None and place["hidden"]}
    more = below[limit:]
    below = below[:limit]
    above = [_id(step) for step in path[:-1]]
    nearest = above[-MOST_ABOVE:] if after is None else []
    ids = [*nearest, tweet_id, *(_id(way[-1]) for way in below)]
    shown = await pages.some(viewer, ids, hides=Hides.MUTED, but=tweet_id)
    if tweet_id not in shown:
        raise TweetNotFound
    return Thread(
        [Entry(one, place - len(nearest), shown.get(one)) for place, one in enumerate(nearest)],
        shown[tweet_id],
        _entries(below, shown, cursor, hidden),
        nearest[0] if after is None and len(above) > len(nearest) else None,
        ".".join(map(str, below[-1])) if more and below else None,
        found[0]["muted"],
        WhoMayReply(found[0]["who_may_reply"] or WhoMayReply.EVERYONE),
        found[0]["may_reply"],
    )


def _entries(
    below: Sequence[tuple[int, ...]], shown: dict[int, Shown], cursor: list[int], hidden: Container[int]
) -> list[Entry]:
    """The replies, and the deleted ones that others reply to, each once in all pages."""
    entries: list[Entry] = []
    before = tuple(cursor)
    for way in below:
        steps = enumerate(zip(before, way, strict=False))
        shared = next((depth for depth, (one, other) in steps if one != other), min(len(before), len(way)))
        # What leads from there to this reply would have come before it if it existed.
        for depth in range(shared + 1, len(way)):
            entries.append(Entry(_id(way[depth - 1]), depth, None))
        reply = _id(way[-1])
        if reply in shown:
            entries.append(Entry(reply, len(way), shown[reply], reply in hidden))
        before = way
    return entries


def _id(step: int) -> int:
    """The tweet's id in a path."""
    return step + CONTINUED if step < 0 else step


def _parsed(after: str | None) -> list[int]:
    if after is None:
        return []
    steps = after.split(".")
    if len(steps) > DEEPEST or not all(map(STEP.fullmatch, steps)):
        raise InvalidParameter("after isn't a cursor of this list: send next of the page before.")
    return list(map(int, steps))
