"""Lists of people. Only their owner knows of them; whoever is on one isn't told.

Adding a member twice, or removing one who isn't there, succeeds and changes nothing. A block removes both
people from the lists of the other; ending it restores nothing.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from server.core import text
from server.core.cache import changes, topics
from server.core.cache.store import Store
from server.core.database.connection import row, rows, transaction
from server.core.errors import Blocked, ListFull, ListNotFound, TooManyLists, UserNotFound
from server.core.paging import Page
from server.core.viewer import Viewer
from server.features.people.people import ListedPerson, people_page
from server.features.relations.visible import visible_to

# As many as with Mastodon.
MOST_LISTS = 50
# The newest tweet of each is looked up for a page that isn't in memory.
MOST_MEMBERS = 500

TITLE_MAX_LENGTH = 60

# The bytes that a cached answer takes, about.
EACH = 300


class Replies(StrEnum):
    """Which replies by its members a list has, besides those to themselves and to its owner.

    `NONE`: no others; `MEMBERS`: those to other members; `FOLLOWED`: those to people whom the owner follows.
    """

    NONE = "none"
    MEMBERS = "members"
    FOLLOWED = "followed"


class PeopleList(msgspec.Struct, frozen=True, kw_only=True):
    """A list.

    Attributes:
        exclusive: whether the tweets and reposts of its members are left out of Following.
        has: whether the person who was asked about is on it; None if nobody was.
    """

    id: int
    title: str
    replies: Replies
    exclusive: bool
    members_count: int
    has: bool | None = None


class Changes(msgspec.Struct, frozen=True):
    """What is to be changed; None leaves it as it is."""

    title: str | None = None
    replies: Replies | None = None
    exclusive: bool | None = None


# Whoever deleted their account is erased a week later, or comes back.
_MEMBERS_OF = """
    list_members m JOIN users o ON o.id = m.person_id AND o.deleted_at IS NULL WHERE m.list_id = {number}
"""
_SHOWN = f"""l.id, l.title, l.replies, l.exclusive,
    (SELECT count(*) FROM {_MEMBERS_OF.format(number="l.id")}) AS members_count"""

# $1 the user, $2 a person or null.
LISTED = f"""
    SELECT {_SHOWN}, CASE WHEN $2::bigint IS NOT NULL THEN
        EXISTS (SELECT 1 FROM list_members WHERE list_id = l.id AND person_id = $2) END AS has
    FROM lists l WHERE user_id = $1 ORDER BY lower(l.title), l.id
"""
# $1 the list, $2 the user.
ONE = f"SELECT {_SHOWN} FROM lists l WHERE l.id = $1 AND user_id = $2"
IS_OWN = "SELECT true AS yes FROM lists WHERE id = $1 AND user_id = $2"

# So that no two requests of one user count at the same moment.
LOCK = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"
# $1 the user, $2 title, $3 replies, $4 exclusive. No row if there are MOST_LISTS.
CREATE = f"""
    INSERT INTO lists AS l (user_id, title, replies, exclusive) SELECT $1, $2, $3, $4
    WHERE (SELECT count(*) FROM lists WHERE user_id = $1) < {MOST_LISTS}
    RETURNING id, title, replies, exclusive, 0 AS members_count
"""
# $1 the list, $2 the user, $3 title, $4 replies, $5 exclusive. Null leaves it as it is.
CHANGE = f"""
    UPDATE lists l SET title = coalesce($3, title), replies = coalesce($4, replies),
        exclusive = coalesce($5, exclusive)
    WHERE id = $1 AND user_id = $2 RETURNING {_SHOWN}
"""
DELETE = "DELETE FROM lists WHERE id = $1 AND user_id = $2 RETURNING 1"

# $1 the user, $2 the other. Users are locked in the order of their ids, as by blocks.
LOCK_BOTH = """
    SELECT id FROM users WHERE id IN ($1, $2) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE
"""
# $1 the list, $2 the user, $3 the person.
JOINING = f"""
    SELECT {visible_to("$2", "$3")} AS may_join,
        (SELECT true FROM list_members WHERE list_id = $1 AND person_id = $3) IS NOT NULL AS is_member,
        (SELECT count(*) FROM {_MEMBERS_OF.format(number="$1")}) AS members_count
    FROM lists WHERE id = $1 AND user_id = $2 FOR KEY SHARE
"""
ADD = "INSERT INTO list_members (list_id, person_id) VALUES ($1, $2)"
REMOVE = "DELETE FROM list_members WHERE list_id = $1 AND person_id = $2 RETURNING 1"
MEMBER_IDS = f"SELECT person_id FROM {_MEMBERS_OF.format(number='$1')}"
# $1 the list, $2 the user, $3 before, $4 how many.
MEMBERS = f"""
    SELECT o.id, o.name, o.handle, CASE WHEN NOT o.hidden THEN o.avatar END AS avatar, m.id AS cursor,
        coalesce((SELECT true FROM follows WHERE follower_id = $2 AND followee_id = o.id), false) AS followed
    FROM {_MEMBERS_OF.format(number="$1")} AND m.id < $3 ORDER BY m.id DESC LIMIT $4
"""


async def of_viewer(viewer: Viewer, person_id: int | None = None) -> list[PeopleList]:
    """The viewer's lists by title, each with whether this person is on it."""
    return [_list(found) for found in await rows(LISTED, viewer.id, person_id)]


async def one(viewer: Viewer, list_id: int) -> PeopleList:
    """One of the viewer's lists. Raises ListNotFound."""
    found = await row(ONE, list_id, viewer.id)
    if found is None:
        raise ListNotFound
    return _list(found)


async def member_ids(list_id: int) -> list[int]:
    """The people on a list, in any order."""
    return [found["person_id"] for found in await rows(MEMBER_IDS, list_id)]


async def ensure_own(store: Store, viewer: Viewer, list_id: int) -> None:
    """Raises ListNotFound if this isn't one of the viewer's lists. What was read is cached."""

    async def read() -> bool:
        return await row(IS_OWN, list_id, viewer.id) is not None

    key, needed = ("list", viewer.id, list_id), [topics.follows_of(viewer.id)]
    if not (await store.fetch(key, needed, read, size=lambda _: EACH)).value:
        raise ListNotFound


async def create(viewer: Viewer, title: str, replies: Replies, *, exclusive: bool) -> PeopleList:
    """Make an empty list.

    Raises:
        InvalidBody: the title breaks a rule.
        TooManyLists: the viewer has MOST_LISTS.
    """
    title = text.line("title", title, TITLE_MAX_LENGTH)
    async with transaction():
        await rows(LOCK, viewer.id)
        found = await row(CREATE, viewer.id, title, replies.value, exclusive)
    if found is None:
        raise TooManyLists
    await _tell(viewer)
    return _list(found)


async def change(viewer: Viewer, list_id: int, new: Changes) -> PeopleList:
    """Change one of the viewer's lists.

    Raises:
        InvalidBody: the title breaks a rule.
        ListNotFound: it isn't one of theirs.
    """
    title = None if new.title is None else text.line("title", new.title, TITLE_MAX_LENGTH)
    replies = None if new.replies is None else new.replies.value
    found = await row(CHANGE, list_id, viewer.id, title, replies, new.exclusive)
    if found is None:
        raise ListNotFound
    await _tell(viewer)
    return _list(found)


async def delete(viewer: Viewer, list_id: int) -> None:
    """Delete one of the viewer's lists. Raises ListNotFound."""
    if not await rows(DELETE, list_id, viewer.id):
        raise ListNotFound
    await _tell(viewer)


async def members(viewer: Viewer, list_id: int, *, limit: int, before: int) -> Page[ListedPerson]:
    """A page of the people on one of the viewer's lists, the newest member first. Raises ListNotFound."""
    await one(viewer, list_id)
    found = await rows(MEMBERS, list_id, viewer.id, before, limit + 1)
    return people_page([ListedPerson(**each) for each in found], limit)


async def add(viewer: Viewer, list_id: int, person_id: int) -> None:
    """Put somebody on one of the viewer's lists: anybody, the viewer too.

    Raises:
        ListNotFound: it isn't one of theirs.
        UserNotFound: there is no such person.
        Blocked: one of them blocks the other.
        ListFull: it has MOST_MEMBERS.
    """
    async with transaction():
        locked = await rows(LOCK_BOTH, viewer.id, person_id)
        found = await row(JOINING, list_id, viewer.id, person_id)
        if found is None:
            raise ListNotFound
        if person_id not in {each["id"] for each in locked}:
            raise UserNotFound
        if found["is_member"]:
            return
        if not found["may_join"]:
            raise Blocked("You can't put this user on a list, because one of you blocks the other.")
        if found["members_count"] >= MOST_MEMBERS:
            raise ListFull
        await row(ADD, list_id, person_id)
    await _tell(viewer)


async def remove(viewer: Viewer, list_id: int, person_id: int) -> None:
    """Take somebody off one of the viewer's lists. Raises ListNotFound."""
    await one(viewer, list_id)
    if await rows(REMOVE, list_id, person_id):
        await _tell(viewer)


async def _tell(viewer: Viewer) -> None:
    await changes.tell([topics.follows_of(viewer.id)])


def _list(found: dict[str, object]) -> PeopleList:
    return msgspec.convert(found, PeopleList)
