"""Lists of people, and their timelines."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import users as wire
from server.api.perch.timelines import ListQuery, TweetsPage, part
from server.api.perch.tweets import pages
from server.api.perch.users import PeoplePage
from server.core.errors import Blocked, InvalidBody, ListFull, ListNotFound, TooManyLists, UserNotFound
from server.core.viewer import Viewer
from server.features.lists import lists
from server.features.lists.feature import CHANGES
from server.features.lists.lists import Changes, PeopleList, Replies
from server.features.lists.timelines import ENTRIES, TWEETS
from server.features.timelines import timelines

bp = Blueprint("lists", url_prefix="/api/lists")

Title = Annotated[str, Meta(description=f"Up to {lists.TITLE_MAX_LENGTH} characters.")]
RepliesOnList = Annotated[
    Replies,
    Meta(
        description="Which replies by its members are on its timeline, besides those to themselves and to "
        "you: `none`, `members` (those to other members), or `followed` (those to people whom you follow)."
    ),
]
Exclusive = Annotated[
    bool,
    Meta(description="Whether what its members tweet and repost is left out of your Following timeline."),
]


class List(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of your lists of people."""

    id: int
    title: str
    replies: RepliesOnList
    exclusive: Exclusive
    members_count: int
    has_user: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Whether the user that you asked about is on it; absent if you asked about nobody."),
    ] = msgspec.UNSET


class WholeList(List, frozen=True, kw_only=True):
    """One of your lists, with its members."""

    member_ids: Annotated[
        list[int], Meta(description=f"The ids of its members in any order, {lists.MOST_MEMBERS} at most.")
    ]


class NewList(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that makes a list."""

    title: Title
    replies: RepliesOnList = Replies.MEMBERS
    exclusive: Exclusive = False


class ChangedList(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that changes a list; what is left out stays."""

    title: Title | None = None
    replies: RepliesOnList | None = None
    exclusive: Exclusive | None = None


class ListsQuery(msgspec.Struct, frozen=True):
    """Somebody who may be on lists."""

    user_id: Annotated[int | None, Meta(description="To be told which of your lists this user is on.")] = None


class EntriesQuery(ListQuery, frozen=True):
    """Which part of a list's timeline."""

    entries: Annotated[
        bool,
        Meta(description="Whether to return `entries`, which are tweets and reposts, instead of `tweets`."),
    ] = False


class Lists(Answer, frozen=True, kw_only=True):
    """Your lists, by title."""

    lists: list[List]


class OneList(Answer, frozen=True, kw_only=True):
    """One of your lists."""

    list: List


class OneWholeList(Answer, frozen=True, kw_only=True):
    """One of your lists, with its members."""

    list: WholeList


@bp.get("/")
@operation(scope="read", query=ListsQuery, answer=Lists)
async def read_all(request: Request, viewer: Viewer, query: ListsQuery) -> Lists:
    """List your lists of people. Nobody else knows of them."""
    return Lists(lists=[shown(found) for found in await lists.of_viewer(viewer, query.user_id)])


@bp.post("/")
@operation(scope="write", body=NewList, answer=OneList, status=201, limit=CHANGES, errors=(TooManyLists,))
async def create(request: Request, viewer: Viewer, body: NewList) -> OneList:
    """Make a list of people, which is empty at first."""
    made = await lists.create(viewer, body.title, body.replies, exclusive=body.exclusive)
    return OneList(list=shown(made))


@bp.get("/<list_id:id>")
@operation(scope="read", answer=OneWholeList, errors=(ListNotFound,))
async def read(request: Request, viewer: Viewer, list_id: int) -> OneWholeList:
    """Read one of your lists, with the ids of its members."""
    found = shown(await lists.one(viewer, list_id))
    ids = await lists.member_ids(list_id)
    return OneWholeList(list=WholeList(**msgspec.structs.asdict(found), member_ids=ids))


@bp.patch("/<list_id:id>")
@operation(scope="write", body=ChangedList, answer=OneList, limit=CHANGES, errors=(ListNotFound,))
async def change(request: Request, viewer: Viewer, body: ChangedList, list_id: int) -> OneList:
    """Change the title of a list, or what is on its timeline and on yours."""
    if body == ChangedList():
        raise InvalidBody("Give at least one of title, replies and exclusive.")
    changed = await lists.change(viewer, list_id, Changes(body.title, body.replies, body.exclusive))
    return OneList(list=shown(changed))


@bp.delete("/<list_id:id>")
@operation(scope="write", limit=CHANGES, errors=(ListNotFound,))
async def delete(request: Request, viewer: Viewer, list_id: int) -> Answer:
    """Delete a list. You keep following the same people."""
    await lists.delete(viewer, list_id)
    return Answer()


@bp.get("/<list_id:id>/tweets")
@operation(scope="read", query=EntriesQuery, answer=TweetsPage, errors=(ListNotFound,))
async def tweets(request: Request, viewer: Viewer, query: EntriesQuery, list_id: int) -> Rendered:
    """Read the timeline of a list: the tweets of its members, newest first, as far as you may see them.

    Events tell of their tweets; of reposts only if they are on your Following timeline as well.
    """
    await lists.ensure_own(context(request).memory.store, viewer, list_id)
    timeline = ENTRIES if query.entries else TWEETS
    return Rendered(await timelines.of_list(viewer, pages(request), timeline, list_id, part(query)))


@bp.get("/<list_id:id>/members")
@operation(scope="read", query=PageQuery, answer=PeoplePage, errors=(ListNotFound,))
async def members(request: Request, viewer: Viewer, query: PageQuery, list_id: int) -> PeoplePage:
    """List the people on a list, the newest member first."""
    page = await lists.members(viewer, list_id, limit=query.size, before=query.before)
    return PeoplePage(users=wire.people(page.items), next=page.next)


@bp.post("/<list_id:id>/members/<user_id:id>")
@operation(scope="write", limit=CHANGES, errors=(ListNotFound, UserNotFound, Blocked, ListFull))
async def add(request: Request, viewer: Viewer, list_id: int, user_id: int) -> Answer:
    """Put somebody on a list: you needn't follow them, and they aren't told.

    Doing it again succeeds and changes nothing.
    """
    await lists.add(viewer, list_id, user_id)
    return Answer()


@bp.delete("/<list_id:id>/members/<user_id:id>")
@operation(scope="write", limit=CHANGES, errors=(ListNotFound,))
async def remove(request: Request, viewer: Viewer, list_id: int, user_id: int) -> Answer:
    """Take somebody off a list. This also succeeds if they aren't on it."""
    await lists.remove(viewer, list_id, user_id)
    return Answer()


def shown(found: PeopleList) -> List:
    """A list as JSON."""
    return List(
        found.id,
        found.title,
        found.replies,
        found.exclusive,
        found.members_count,
        msgspec.UNSET if found.has is None else found.has,
    )
