"""The SQL statements of requests and the live stream, each with its most expensive values in generated data.

A new feature adds its own in a module of this folder, with a function `statements`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeAlias

import asyncpg

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core import audit_rows as audit
from server.core.database import migrate, own_server
from server.core.live import event
from server.core.paging import NEWEST
from server.features.api_keys import api_keys as keys
from server.features.follows import events as followed
from server.features.follows import follows
from server.features.follows import personal as follows_data
from server.features.likes import events as liked
from server.features.likes import liking
from server.features.likes import personal as likes_data
from server.features.likes.likes import LIKES
from server.features.media import events as pictured
from server.features.media import media, media_access
from server.features.media import personal as media_data
from server.features.moderation import hidden_tweets as hiding
from server.features.people import events as renamed
from server.features.people import people
from server.features.privacy import erasure
from server.features.timelines import home, profile
from server.features.timelines import timeline as timeline_rows
from server.features.timelines.timeline import Timeline
from server.features.tweets import deleting, idempotency, parts, statement
from server.features.tweets import personal as tweets_data
from server.generate import loading
from server.generate.size import Size
from tasks import copied_pictures, picture_attempts

Statements: TypeAlias = dict[str, tuple[str, list[Any]]]

UNTIL = datetime(2026, 1, 1, tzinfo=UTC)

# A page, and one more row that shows whether there is another page.
LIMIT = 51


@dataclass(frozen=True)
class Landmarks:
    """The users and tweets with extreme numbers."""

    busiest_author: int
    most_liked_tweet: int
    newest: int
    deep: int  # a cursor 100,000 tweets back, or half of all tweets
    reader: int  # a user who follows 300 others
    newcomer: int  # a user who follows a few
    collector: int  # the user who follows the most: 5,000
    keen: int  # the user with the most likes given
    photographer: int  # the user with the most pictures

    @property
    def last_page(self) -> list[int]:
        """The parameters for the newest tweets."""
        return list(range(self.newest, self.newest - LIMIT, -1))


LANDMARKS = """
    WITH busiest AS (SELECT id FROM users ORDER BY followers_count DESC, id LIMIT 1),
        last AS (SELECT max(id) AS id FROM tweets)
    SELECT (SELECT id FROM busiest) AS busiest_author,
        (SELECT id FROM tweets ORDER BY likes_count DESC, id LIMIT 1) AS most_liked_tweet,
        last.id AS newest,
        greatest(last.id - 100000, last.id / 2) AS deep,
        (SELECT id FROM users WHERE following_count <= 300
            ORDER BY following_count DESC, id LIMIT 1) AS reader,
        (SELECT id FROM users WHERE following_count BETWEEN 1 AND 20
            ORDER BY following_count DESC, id LIMIT 1) AS newcomer,
        (SELECT id FROM users ORDER BY following_count DESC, id LIMIT 1) AS collector,
        (SELECT user_id FROM likes GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) AS keen,
        (SELECT owner_id FROM media_attachments GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) AS photographer
    FROM last
"""


async def generated(settings: Settings, name: str, size: Size) -> DatabaseAddress:
    """A generated database of this name on our own server; generated if it doesn't exist yet."""
    found = settings.model_copy(
        update={"database_url": f"postgresql://perch@/{name}?host={settings.database.host}"}
    )
    if await own_server.create_database(found.database):
        await migrate.upgrade(found.database)
        await loading.fill(found.database, size, seed=1, until=UNTIL)
    return found.database


async def landmarks(connection: asyncpg.Connection) -> Landmarks:
    """The landmarks of this database."""
    return Landmarks(**dict(await connection.fetchrow(LANDMARKS)))


def places(timeline: Timeline, subject: int, before: int = NEWEST) -> tuple[str, list[Any]]:
    """The ways to find a page of a timeline."""
    return timeline.older.places, [before, LIMIT, 0, subject]


def newer(timeline: Timeline, subject: int, after: int) -> tuple[str, list[Any]]:
    """The ways to find the page above a cursor."""
    return timeline.newer.places, [after, LIMIT, 0, subject]


def with_rows(timeline: Timeline, subject: int, before: int = NEWEST) -> tuple[str, list[Any]]:
    """The ways to find a page together with its rows."""
    return timeline.older.rows, [before, LIMIT, 0, subject, 2, []]


def statements(at: Landmarks) -> Statements:
    """Each statement with its values. Some of them change data."""
    found = _of_the_base(at)
    for module in iter_modules(__path__, f"{__name__}."):
        found |= import_module(module.name).statements(at)
    return found


def _of_the_base(at: Landmarks) -> Statements:
    last_page = at.last_page
    tweet = at.most_liked_tweet
    return {
        "All": places(home.ALL, 0),
        "All, deep": places(home.ALL, 0, at.deep),
        "Following, of 300": places(home.FOLLOWING, at.reader),
        "Following, of 300, deep": places(home.FOLLOWING, at.reader, at.deep),
        "Following, of 5,000": places(home.FOLLOWING, at.collector),
        "Following, of 5,000, merged": places(home.FOLLOWING, at.collector, LIMIT),
        "Following, of a few": places(home.FOLLOWING, at.newcomer),
        "All, with rows": with_rows(home.ALL, 0),
        "Following, of 300, with rows": with_rows(home.FOLLOWING, at.reader),
        "Following, of 5,000, merged, with rows": with_rows(home.FOLLOWING, at.collector, LIMIT),
        "an author's, with rows": with_rows(profile.TWEETS.for_all, at.newcomer),
        "a user's likes, with rows": with_rows(LIKES, at.keen),
        "All, newer": newer(home.ALL, 0, at.deep),
        "Following, of 300, newer": newer(home.FOLLOWING, at.reader, at.deep),
        "Following, of 5,000, newer": newer(home.FOLLOWING, at.collector, at.deep),
        "Following, of a few, newer": newer(home.FOLLOWING, at.newcomer, at.deep),
        "the busiest author's, newer": newer(profile.TWEETS.for_all, at.busiest_author, 0),
        "an author's pictures, newer": newer(profile.WITH_PICTURES.for_all, at.photographer, 0),
        "a user's likes, newer": newer(LIKES, at.keen, 0),
        "an author's": places(profile.TWEETS.for_all, at.reader),
        "the busiest author's": places(profile.TWEETS.for_all, at.busiest_author),
        "the busiest author's, deep": places(profile.TWEETS.for_all, at.busiest_author, at.deep),
        "an author's without replies": places(profile.STARTED.for_all, at.reader),
        "an author's pictures": places(profile.WITH_PICTURES.for_all, at.photographer),
        "a user's likes": places(LIKES, at.keen),
        "the rows of a page": (timeline_rows.CARDS, [last_page, 0]),
        "the rows of a page, with likers": (timeline_rows.CARDS, [last_page, 100]),
        "the most liked tweet, with likers": (timeline_rows.CARDS, [[tweet], 100]),
        "the viewer's likes on a page": (liking.LIKED_AMONG, [at.keen, last_page]),
        "the viewer's newest likes": (liking.NEWEST_LIKED, [at.keen, 500]),
        "profile": (people.PROFILE, [at.reader, at.keen, 100]),
        "profile of the busiest author": (people.PROFILE, [at.busiest_author, at.collector, 100]),
        "followers of the busiest author": (
            people.FOLLOWERS,
            [at.busiest_author, at.collector, NEWEST, LIMIT],
        ),
        "followees of a user with 5,000": (people.FOLLOWING, [at.collector, at.reader, NEWEST, LIMIT]),
        "likers of the most liked tweet": (people.LIKERS, [tweet, at.collector, NEWEST, LIMIT]),
        "whether a tweet is shown": (people.IS_SHOWN, [tweet, at.collector]),
        "revoke a key and those made with it": (keys.REVOKE, [1, 1, True]),
        "keys of an earlier version": (keys.ADOPT, []),
        "a key that is shown stands": (keys.STANDS, [1]),
        "keys that stand": (keys.STANDING, [1]),
        "the key made before a day's others": (keys.MADE_BEFORE, [1, 199]),
        "the owner of an API key": (keys.AUTHENTICATE, [b"x" * 32, True]),
        "live: counters": (renamed.PROFILES, [[at.busiest_author, at.reader]]),
        "live: likes": (liked.LIKES, [[tweet, 7], [at.keen, at.keen]]),
        "live: follows": (followed.FOLLOWS, [[at.collector], [at.busiest_author]]),
        "live: followers among viewers": (followed.FOLLOWERS, [[at.busiest_author], list(range(1, 1000))]),
        "live: pictures": (pictured.MEDIA, [[7, 8]]),
        "one's own picture": (media_access.MINE, [7, at.photographer]),
        "who may have a picture": (media_access.ACCESS, ["x"]),
        "events": (event.AFTER, [0, NEWEST, 500]),
        "the ends of the event log": (event.NEWEST, []),
        "move events": (event.MOVE, [[tweet], 500, 0, [], False]),
        "how late events are": (event.BEHIND, []),
        "forget idempotency keys": (idempotency.FORGET, [UNTIL, 5_000]),
        "forget events": (event.FORGET, [UNTIL, event.FORGOTTEN_AT_ONCE]),
        "pictures: without a copy": (copied_pictures.UNCOPIED, [0, 200, 0]),
        "publish": (
            statement.PLAIN,
            [
                [1, 2],
                ["a", "b"],
                [None, "key"],
                [None, b"x" * 32],
                1 << 20,
                [None, tweet],
                [3, None],
                [None, 1],
                [None, 2],
                [None, "en"],
            ],
        ),
        "publish with pictures, hashtags and mentions": (
            statement.FULL,
            [
                *(
                    [at.photographer],
                    ["x"],
                    ["key"],
                    [b"x" * 32],
                    1 << 20,
                    [None],
                    [2],
                    [None],
                    [None],
                    ["en"],
                ),
                *([1, 1], [7, 8], [1, 2]),
                *([1], [9], ["perch"], ["Perch"], [1], ["heron_1"], [1], [1], ["nobody"]),
                *([1], ["spoiler"], [None]),
                *(
                    [1],
                    ['{"options": ["a", "b"], "multiple": false, "hides_results": true, "seconds": 300}'],
                ),
                *([1], [tweet], [0]),
                *([1], ["https://example.org/"]),
            ],
        ),
        "whom a tweet has notified": (deleting.NOTIFIED, [at.most_liked_tweet]),
        "names of the hashtags of several tweets": (
            parts.ADD_ALL_NAMES,
            [[9], ["perch"], ["Perch"], None, at.keen, tweet],
        ),
        "lock the pictures of a thread": (parts.LOCK_PICTURES, [list(range(1, 101)), at.keen]),
        "lock an author's day": (parts.LOCK_DAY, [at.keen]),
        "what an idempotency key stands for": (idempotency.EARLIER, [at.keen, ["key", "other"]]),
        "pictures: receive": (media.RECEIVE, ["x" * 32, at.photographer, "a hill", 1, "tweet"]),
        "pictures: whose turn": (picture_attempts.IN_TURN, [7, 1]),
        "pictures: begin": (picture_attempts.BEGIN, [7, False, 2, 20]),
        "pictures: which come next": (picture_attempts.NEXT, [7, False, 2]),
        "pictures: give back": (picture_attempts.GIVE_BACK, [7, True]),
        "acts on record": (audit.ACTS, [NEWEST, LIMIT]),
        "put an act on record": (audit.RECORD, [1, 1, "user.suspend", 2, None, "{}"]),
        "mark hidden tweets": (hiding.MARK, [at.busiest_author, True, 1]),
        "lock who is hidden": (hiding.LOCK, [at.busiest_author]),
        "whether all are marked": (hiding.SETTLE, [at.busiest_author]),
        "whose are not": (hiding.UNSETTLED, [100]),
        "erase: hide": (erasure.MARK, [at.newcomer]),
        "leave: hide": (erasure.HIDE, [at.newcomer, 7]),
        "leave: stay": (erasure.KEEP, [at.newcomer]),
        "leave: who": (erasure.LEAVING, [at.newcomer]),
        "leave: all": (erasure.ALL_LEAVING, []),
        "leave: whose time has come": (erasure.DUE, [at.newcomer]),
        "erase: whether to": (erasure.DELETED, [at.newcomer]),
        "erase: retire the handle": (erasure.RETIRE, ["alice"]),
        "erase: keys": (erasure.REVOKE_KEYS, [at.newcomer]),
        "erase: tweets with likes": (tweets_data.LIKED_TWEETS, [at.busiest_author, 100]),
        "erase: their likes": (tweets_data.REMOVE_LIKES_OF_TWEETS, [[tweet, tweet - 1], 100]),
        "erase: which tweets": (tweets_data.TWEETS, [at.busiest_author, 50]),
        "erase: pictures of tweets": (tweets_data.DETACH, [last_page]),
        "erase: tweets": (tweets_data.REMOVE_TWEETS, [[at.newest]]),
        "erase: what one likes": (likes_data.LOCK_LIKED, [at.keen, 50]),
        "erase: likes": (likes_data.UNLIKE, [at.keen, last_page]),
        "erase: which follows": (follows_data.FOLLOWS, [at.collector, 100]),
        "erase: whose": (follows_data.LOCK_USERS, [[at.collector, at.reader]]),
        "erase: follows": (follows_data.UNFOLLOW, [[1, 2]]),
        "erase: pictures": (media_data.TAKE, [at.photographer, 100]),
        "export: tweets": (tweets_data.EXPORT, [at.busiest_author, 0, 50]),
        "export: likes": (likes_data.EXPORT, [at.keen, 0, 50]),
        "export: following": (follows_data.EXPORT_FOLLOWING, [at.collector, 0, 50]),
        "export: followers": (follows_data.EXPORT_FOLLOWERS, [at.busiest_author, 0, 50]),
        "export: pictures": (media_data.EXPORT, [at.photographer, 0, 50]),
        "erase: the user": (erasure.REMOVE_USER, [at.newcomer]),
        "erase: what was forgotten": (erasure.FORGOTTEN, [120, 100]),
        "like": (liking.LIKE, [[tweet, tweet - 1], [at.keen, at.keen]]),
        "unlike": (liking.UNLIKE, [[tweet, tweet - 1], [at.keen, at.keen]]),
        "follow": (follows.FOLLOW, [at.newcomer, at.collector]),
        "remove a follower": (follows.UNFOLLOWED_BY, [at.busiest_author, at.collector]),
        "unfollow": (follows.UNFOLLOW, [at.busiest_author, at.collector]),
    }
