"""The people listed around a user or a tweet: plain SQL, one statement per response.

A single statement reads from one snapshot, so that a counter and the rows beside it always agree; the
ORM would take several.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.core.database.connection import row, rows
from server.core.paging import Page
from server.core.viewer import Person
from server.features.notes.notes import NOTE_ON_USER
from server.features.people import about
from server.features.people.about import About
from server.features.relations.events import SHOWN, Relation
from server.features.relations.visible import visible_to
from server.features.visibility.visibility import may_see


class ListedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a paged list; a page that continues after this person starts at `cursor`."""

    id: int
    name: str
    handle: str
    avatar: str | None
    followed: bool
    cursor: int


class Known(msgspec.Struct, frozen=True):
    """The user's followers among the newest 300 people whom the viewer follows; three of them are named."""

    count: int
    some: list[Person]


NOBODY = Known(0, [])


class ProfileRow(msgspec.Struct, frozen=True):
    """A user with counters, and the newest followers and followees."""

    id: int
    name: str
    handle: str
    avatar: str | None
    header: str | None
    created_at: datetime
    tweets_count: int
    followers_count: int
    following_count: int
    version: int
    suspended: bool
    hidden: bool
    followed: bool
    requested: bool
    locked: bool
    reposts_hidden: bool
    notify: bool
    follows_viewer: bool
    relation: Relation
    about: About
    note: str | None
    known_followers: Known
    followers: list[Person]
    following: list[Person]


# Those of the viewer $2's newest followees who follow the user $1, the newest first.
KNOWN = """(
    SELECT jsonb_build_object('count', count(*), 'some', coalesce(
        jsonb_agg(jsonb_build_object('id', k.id, 'name', k.name, 'handle', k.handle, 'avatar', k.avatar)
            ORDER BY k.place) FILTER (WHERE k.place <= 3), '[]'))
    FROM (
        SELECT o.id, o.name, o.handle, o.avatar, row_number() OVER (ORDER BY l.id DESC) AS place
        FROM (SELECT id, followee_id FROM follows WHERE follower_id = $2 ORDER BY id DESC LIMIT 300) l
            JOIN users o ON o.id = l.followee_id AND o.deleted_at IS NULL AND NOT o.hidden
        WHERE (SELECT true FROM follows WHERE follower_id = l.followee_id AND followee_id = $1)
    ) k
)"""

# $1 user, $2 viewer, $3 the length of each list. The newest are looked up first, by $1 instead of by the
# user's row: so PostgreSQL can estimate their number, and doesn't sort a hundred thousand followers.
PROFILE = f"""
    SELECT u.id, u.name, u.handle, u.created_at, u.followers_count, u.following_count, u.version, u.hidden,
        u.locked,
        CASE WHEN NOT u.hidden OR u.id = $2 THEN u.avatar END AS avatar,
        CASE WHEN NOT u.hidden OR u.id = $2 THEN u.header END AS header,
        CASE WHEN u.hidden THEN 0 ELSE u.tweets_count END AS tweets_count,
        u.suspended_at IS NOT NULL AS suspended,
        EXISTS (SELECT 1 FROM follows WHERE follower_id = $2 AND followee_id = u.id) AS followed,
        coalesce(
            (SELECT reposts_hidden FROM follows WHERE follower_id = $2 AND followee_id = u.id), false
        ) AS reposts_hidden,
        coalesce(
            (SELECT notify FROM follows WHERE follower_id = $2 AND followee_id = u.id), false
        ) AS notify,
        EXISTS (SELECT 1 FROM follow_requests WHERE follower_id = $2 AND followee_id = u.id) AS requested,
        EXISTS (SELECT 1 FROM follows WHERE follower_id = u.id AND followee_id = $2) AS follows_viewer,
        (SELECT to_jsonb(r) FROM (
            SELECT {SHOWN} FROM relations WHERE user_id = $2 AND other_id = u.id) r) AS relation,
        CASE WHEN NOT u.hidden OR u.id = $2 THEN {about.JSON_OF_USER} END AS about,
        {NOTE_ON_USER} AS note,
        CASE WHEN $1 <> $2 THEN {KNOWN} END AS known_followers,
        (SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') FROM (
            SELECT o.id, o.name, o.handle, CASE WHEN NOT o.hidden THEN o.avatar END AS avatar
            FROM (SELECT id, follower_id FROM follows WHERE followee_id = $1 ORDER BY id DESC LIMIT $3) l
            JOIN users o ON o.id = l.follower_id AND o.deleted_at IS NULL
            ORDER BY l.id DESC) p) AS followers,
        (SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') FROM (
            SELECT o.id, o.name, o.handle, CASE WHEN NOT o.hidden THEN o.avatar END AS avatar
            FROM (SELECT id, followee_id FROM follows WHERE follower_id = $1 ORDER BY id DESC LIMIT $3) l
            JOIN users o ON o.id = l.followee_id AND o.deleted_at IS NULL
            ORDER BY l.id DESC) p) AS following
    FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL
"""

# $1 whose list, $2 viewer, $3 before, $4 how many. A scalar subquery is used instead of EXISTS, for which
# PostgreSQL might build a table of everyone whom the viewer follows. Users who are being deleted have no list
# and are on none; a hidden tweet has no list either.
LISTED = """
    SELECT o.id, o.name, o.handle, CASE WHEN NOT o.hidden THEN o.avatar END AS avatar, l.id AS cursor,
        coalesce((SELECT true FROM follows WHERE follower_id = $2 AND followee_id = o.id), false) AS followed
    FROM (SELECT id, {person} AS person FROM {table} WHERE {owner} = $1 AND id < $3
              AND (SELECT deleted_at IS NULL FROM users WHERE users.id = {person}) AND (SELECT {shown}) {seen}
          ORDER BY id DESC LIMIT $4) l
    JOIN users o ON o.id = l.person ORDER BY l.id DESC
"""
OF_USER = "deleted_at IS NULL FROM users WHERE id = $1"
OF_TWEET = "NOT a.hidden FROM tweets t JOIN users a ON a.id = t.author_id WHERE t.id = $1"
IS_SHOWN = f"SELECT (SELECT {OF_TWEET} AND {may_see('$2', 't')}) AS shown"
FOLLOWERS = LISTED.format(table="follows", owner="followee_id", person="follower_id", shown=OF_USER, seen="")
FOLLOWING = LISTED.format(table="follows", owner="follower_id", person="followee_id", shown=OF_USER, seen="")
LIKERS = LISTED.format(
    table="likes",
    owner="tweet_id",
    person="user_id",
    shown=f"{OF_TWEET} AND {may_see('$2', 't')}",
    seen=f"AND {visible_to('$2', 'likes.user_id')}",
)


async def profile(user_id: int, viewer_id: int, *, embedded: int) -> ProfileRow | None:
    """The user's profile, or None if there is no such user."""
    found = await row(PROFILE, user_id, viewer_id, embedded)
    if found is None:
        return None
    relation = found["relation"]
    found["relation"] = msgspec.json.decode(relation, type=Relation) if relation else Relation()
    found["about"] = about.decoded(found["about"])
    known = found["known_followers"]
    found["known_followers"] = msgspec.json.decode(known, type=Known) if known else NOBODY
    found["followers"] = msgspec.json.decode(found["followers"], type=list[Person])
    found["following"] = msgspec.json.decode(found["following"], type=list[Person])
    return ProfileRow(**found)


async def followers(user_id: int, viewer_id: int, *, before: int, limit: int) -> list[ListedPerson]:
    """The user's followers, the newest first."""
    return [ListedPerson(**found) for found in await rows(FOLLOWERS, user_id, viewer_id, before, limit)]


async def following(user_id: int, viewer_id: int, *, before: int, limit: int) -> list[ListedPerson]:
    """The people that the user follows, the newest first."""
    return [ListedPerson(**found) for found in await rows(FOLLOWING, user_id, viewer_id, before, limit)]


async def is_tweet_shown(tweet_id: int, viewer_id: int) -> bool:
    """Whether this tweet exists for the viewer."""
    found = await row(IS_SHOWN, tweet_id, viewer_id)
    return bool(found and found["shown"])


async def likers(tweet_id: int, viewer_id: int, *, before: int, limit: int) -> list[ListedPerson]:
    """The people who like the tweet, the newest like first."""
    return [ListedPerson(**found) for found in await rows(LIKERS, tweet_id, viewer_id, before, limit)]


def people_page(found: list[ListedPerson], limit: int) -> Page[ListedPerson]:
    """Make a page from a list that was read with one extra person, to see whether another page follows."""
    items = found[:limit]
    return Page(items, items[-1].cursor if len(found) > limit and items else None)
