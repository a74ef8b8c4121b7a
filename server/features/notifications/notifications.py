"""Notifications: what others did that concerns a user.

Triggers write them in the transaction of the act, and workers those for very many people (`new_tweets.py`,
`to_many.py`). They are read in groups: the likes or reposts of a tweet on one day, the new followers of one
day, each reply, each mention.

A mention notifies each person mentioned, also when an edit adds it.

Nobody is notified

- of what they do themselves;
- by somebody whom they block or mute, or who blocks them, unless the mute leaves notifications on;
- of what happens in a conversation that they muted;
- of a mention in a tweet that replies to them or quotes them, as they are notified of that;
- of a quote in a tweet that replies to them, or that they may not see;
- again when somebody repeats what they have undone;
- of a follow that is an accepted request, as they have accepted it;
- of likes, follows and mentions that are imported (`SET LOCAL perch.quiet`).

The triggers are `notify_of_likes`, `notify_of_follows`, `notify_of_mentions`, `count_tweets` (replies),
`count_reposts`, `count_quotes` and `tell_of_follow_requests`. To list the migrations with their texts, of
which the newest counts: `grep -n 'FUNCTION notify_of_likes' -r server/core/database`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from server.core.cache import changes, topics
from server.core.cache.store import Store
from server.core.database.connection import records, rows
from server.core.limits import large
from server.core.paging import NEWEST
from server.core.viewer import Person, Viewer
from server.features.notifications.told import notifications_of
from server.features.relations.visible import visible_to
from server.features.timelines.hiding import Hides
from server.features.timelines.pages import Pages
from server.features.timelines.quoted import quoted_by
from server.features.timelines.timeline import people
from server.features.visibility.visibility import is_shown, may_see

KEPT_DAYS = 90

# How many of the people in a group are named.
NAMED = 8

# No more unread notifications than this are counted.
MOST_UNREAD = 100

# There may be very many groups whose people are hidden, and very many people in a group. So no more than
# these are looked at: of a user's unread groups, and of a group's newest notifications.
MOST_LOOKED_AT, MOST_IN_GROUP = 500, 200

# A page is filled up from at most so many reads.
MOST_READS = 10


class NotificationKind(StrEnum):
    """What somebody did: liked, reposted, answered, mentioned or followed, or asks to follow the user.

    `QUOTE`: somebody quoted the user's tweet. `FOLLOW_ACCEPTED`: somebody accepted the user's request to
    follow them.

    `TWEET`: somebody tweeted of whose new tweets the user wants to hear (`new_tweets`). `EDIT`: somebody
    edited a tweet that the user reposted or quoted. `POLL`: a poll that the user voted in or published has
    ended. `UNPUBLISHED`: a scheduled tweet of the user couldn't be published; it is the only kind whose
    actor is the user.
    """

    LIKE = "like"
    REPOST = "repost"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    FOLLOW_ACCEPTED = "follow_accepted"
    REPLY = "reply"
    MENTION = "mention"
    QUOTE = "quote"
    TWEET = "tweet"
    EDIT = "edit"
    POLL = "poll"
    UNPUBLISHED = "unpublished"


ALL = tuple(NotificationKind)
MENTIONS = (NotificationKind.REPLY, NotificationKind.MENTION, NotificationKind.QUOTE)
FOLLOWS = (NotificationKind.FOLLOW, NotificationKind.FOLLOW_REQUEST)

# The people of a group `g` whom its user may see at the moment, the newest first.
PEOPLE = f"""
    SELECT u.id, u.name, u.handle, u.avatar FROM (
        SELECT id, actor_id FROM notifications n
        WHERE n.user_id = g.user_id AND n.kind = g.kind AND coalesce(n.tweet_id, 0) = coalesce(g.tweet_id, 0)
            AND n.day = g.day AND NOT n.undone
        ORDER BY n.id DESC LIMIT {MOST_IN_GROUP}
    ) newest JOIN users u ON u.id = newest.actor_id
    WHERE NOT u.hidden AND {visible_to("g.user_id", "newest.actor_id")}
    ORDER BY newest.id DESC
"""

# $1 the user, $2 the cursor, $3 the kinds, $4 how many.
GROUPS = f"""
    SELECT g.newest, g.kind, g.tweet_id, g.count, g.updated_at,
        g.newest > coalesce((SELECT read_up_to FROM notification_markers WHERE user_id = $1), 0) AS unread,
        (SELECT jsonb_agg(to_jsonb(who)) FROM ({PEOPLE} LIMIT {NAMED}) who) AS people
    FROM notification_groups g
    WHERE g.user_id = $1 AND g.count > 0 AND g.newest < $2 AND g.kind = ANY($3::text[])
    ORDER BY g.newest DESC LIMIT $4
"""

# $1 users.
UNREAD = f"""
    SELECT asked.id, (SELECT count(*) FROM (
        SELECT 1 FROM (
            SELECT * FROM notification_groups WHERE user_id = asked.id AND count > 0 AND newest > coalesce(
                (SELECT read_up_to FROM notification_markers WHERE user_id = asked.id), 0
            )
            ORDER BY newest DESC LIMIT {MOST_LOOKED_AT}
        ) g WHERE (SELECT true FROM ({PEOPLE} LIMIT 1) who)
            AND (g.tweet_id IS NULL OR (
                SELECT {is_shown("t")} AND {may_see("g.user_id", "t")} FROM tweets t WHERE t.id = g.tweet_id
            ))
        LIMIT {MOST_UNREAD}
    ) unread) AS unread
    FROM unnest($1::bigint[]) AS asked (id)
"""

# $1 the user, $2 up to which one. Tells the user's streams if that changes anything.
MARK = """
    WITH newest AS (
        SELECT newest FROM notification_groups WHERE user_id = $1 AND count > 0 ORDER BY newest DESC LIMIT 1
    ), marked AS (
        INSERT INTO notification_markers AS m (user_id, read_up_to)
        SELECT $1, least($2, newest) FROM newest
        ON CONFLICT (user_id) DO UPDATE SET read_up_to = excluded.read_up_to
        WHERE m.read_up_to < excluded.read_up_to RETURNING 1
    )
    INSERT INTO outbox (kind, subject_id) SELECT 'notifications', $1 FROM marked
"""

# Of the oldest $2, those from before $1; a group goes with its last notification. It is a range of ids, so
# that no plan looks for each of them in the whole table, whatever statistics say.
FORGET = """
    DELETE FROM notifications WHERE day < $1 AND id <= (
        SELECT max(id) FROM (SELECT id FROM notifications ORDER BY id LIMIT $2) oldest
    ) RETURNING user_id
"""
BATCH = 5000


class Notification(NamedTuple):
    """A group: what happened, to which tweet, and who did it, the newest first.

    Attributes:
        id: grows when somebody joins the group; the list is in its order, and it is the cursor.
        people_count: how many people did it; the first of them are `people`.
        tweet: the tweet for the viewer, as bytes in the dialect of the API; None for followers.
        quotes: the tweet that it quotes.
    """

    id: int
    kind: NotificationKind
    people: list[Person]
    people_count: int
    tweet: bytes | None
    at: datetime
    unread: bool
    quotes: int | None


class NotificationPage(NamedTuple):
    """Notifications, the newest first, and the cursor of the next page."""

    items: list[Notification]
    next: int | None


def of_user(user_id: int) -> list[int]:
    """The topics that decide what a user is notified of; `topics.user` covers followers, blocks and mutes."""
    own = (topics.user(user_id), topics.follows_of(user_id), notifications_of(user_id))
    return [topics.EVERYTHING, topics.NAMES, *own]


async def read(
    viewer: Viewer,
    pages: Pages,
    store: Store,
    *,
    kinds: Sequence[NotificationKind],
    limit: int,
    before: int = NEWEST,
    render: Callable[[NotificationPage], bytes],
) -> bytes:
    """A page of the viewer's notifications, rendered by a dialect, and kept until something on it changes.

    One that isn't kept takes one query, and one each for cards and marks not in memory.

    Args:
        render: the function of the dialect that makes bytes of the page. It stands for the dialect in the
            cache.
    """
    key = ("notifications", render, viewer.id, kinds, limit, before)
    kept: bytes | None = store.get(key)
    if kept is not None:
        await large.take(viewer.id, len(kept))
        return kept
    versions = store.versions.all()
    found, looked_at = await _read(viewer, pages, kinds=kinds, limit=limit, before=before)
    quotes = quoted_by(found.items)
    answer = await pages.with_quoted(viewer, render(found), quotes)
    needed = [*of_user(viewer.id), *pages.needed(viewer, [*looked_at, *quotes])]
    store.put(key, answer, len(answer), needed, versions.of(needed))
    return answer


async def _read(
    viewer: Viewer, pages: Pages, *, kinds: Sequence[NotificationKind], limit: int, before: int
) -> tuple[NotificationPage, list[int]]:
    """The page, and the tweets that were looked at.

    Groups whose people or tweet are hidden at the moment are left out, and others are read in their place, up
    to a bound: so a page may be shorter than `limit` and yet have a next one.
    """
    items: list[Notification] = []
    looked_at: list[int] = []
    cursor: int | None = before
    for _ in range(MOST_READS):
        if cursor is None or len(items) >= limit:
            break
        found = await records(GROUPS, viewer.id, cursor, list(kinds), limit + 1)
        looked_at += [group["tweet_id"] for group in found[:limit] if group["tweet_id"] is not None]
        items += await _shown(viewer, pages, found[:limit])
        cursor = found[limit - 1]["newest"] if len(found) > limit else None
    if len(items) > limit:
        items = items[:limit]
        cursor = items[-1].id if items else None
    return NotificationPage(items, cursor if limit else None), looked_at


async def _shown(viewer: Viewer, pages: Pages, groups: Sequence[Any]) -> list[Notification]:
    """The groups among these whose people and tweet aren't hidden at the moment."""
    about = [group["tweet_id"] for group in groups if group["tweet_id"] is not None]
    tweets = await pages.some(viewer, about, hides=Hides.BLOCKED)
    items = []
    for group in groups:
        who, tweet_id = people(group["people"]), group["tweet_id"]
        if not who or (tweet_id is not None and tweet_id not in tweets):
            continue
        count = len(who) if len(who) < NAMED else max(group["count"], NAMED)
        tweet, quotes = (None, None) if tweet_id is None else tweets[tweet_id]
        kind, at, unread = NotificationKind(group["kind"]), group["updated_at"], group["unread"]
        items.append(Notification(group["newest"], kind, who, count, tweet, at, unread, quotes))
    return items


async def unread(users: Collection[int]) -> dict[int, int]:
    """How many groups each user hasn't read, up to MOST_UNREAD; always read from the database."""
    return {found["id"]: found["unread"] for found in await rows(UNREAD, list(users))}


async def unread_of(viewer: Viewer, store: Store) -> int:
    """How many groups the viewer hasn't read, up to MOST_UNREAD."""

    async def count() -> int:
        return (await unread([viewer.id]))[viewer.id]

    key = ("unread notifications", viewer.id)
    return (await store.fetch(key, of_user(viewer.id), count, size=lambda _: 0)).value


async def mark_read(viewer: Viewer, up_to: int) -> int:
    """Mark all up to this one as read, for all of the viewer's devices; return how many remain unread."""
    await records(MARK, viewer.id, min(up_to, NEWEST))
    await changes.tell([notifications_of(viewer.id)])
    return (await unread([viewer.id]))[viewer.id]


async def forget_old(*, now: datetime | None = None) -> int:
    """Remove what is older than KEPT_DAYS; return the number of rows."""
    before = ((now or datetime.now(UTC)) - timedelta(days=KEPT_DAYS)).date()
    gone = 0
    while removed := await rows(FORGET, before, BATCH):
        await changes.tell({notifications_of(one["user_id"]) for one in removed})
        gone += len(removed)
    return gone
