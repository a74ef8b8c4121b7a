"""Blocks and mutes: whom you don't want to read, or be read by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer, Rendered
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes.tweets import Tweet
from server.api.perch.shapes.users import PersonInList
from server.api.perch.tweet_ids import or_of_repost
from server.api.perch.tweets import pages
from server.api.perch.users import PeoplePage
from server.core.errors import SelfRelation, TooManyRelations, TweetNotFound, UserNotFound
from server.core.viewer import Viewer
from server.features.relations import muted_threads, relations
from server.features.relations.feature import CHANGES

bp = Blueprint("relations", url_prefix="/api")

# A mute ends after a minute at the earliest, and after five years at the latest.
SHORTEST, LONGEST = 60, 5 * 366 * 86_400


class NewMute(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that mutes a user."""

    notifications: Annotated[
        bool, Meta(description="Whether to mute notifications about what they do, too.")
    ] = True
    seconds: Annotated[
        Annotated[int, Meta(ge=SHORTEST, le=LONGEST)] | None,
        Meta(description="How long. Default: until you end it."),
    ] = None


class MutedPerson(PersonInList, frozen=True, kw_only=True):
    """A user whom you mute."""

    notifications_muted: bool
    muted_until: Annotated[datetime | None, Meta(description="Null if until you end it.")]


class MutedConversation(msgspec.Struct, frozen=True):
    """A conversation that you muted. To end that, unmute `root_id`."""

    root_id: Annotated[int, Meta(description="Its first tweet.")]
    tweet: Annotated[Tweet | None, Meta(description="Null if it is gone, or you may not see it any more.")]


class MutedConversations(Answer, frozen=True, kw_only=True):
    """A page of conversations that you muted, newest first."""

    conversations: list[MutedConversation]
    next: int | None


class MutesPage(Answer, frozen=True, kw_only=True):
    """A page of users whom you mute, newest first."""

    users: list[MutedPerson]
    next: int | None


@bp.post("/users/<user_id:id>/block")
@operation(scope="write", limit=CHANGES, errors=(UserNotFound, SelfRelation, TooManyRelations))
async def block(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """Block a user. You no longer see each other's tweets, and neither follows the other any more.

    Notifications about each other are removed. The user isn't told, but their view of your account has
    `blocked_by`. Blocking again succeeds and changes nothing.
    """
    await relations.block(viewer, user_id)
    return Answer()


@bp.delete("/users/<user_id:id>/block")
@operation(scope="write", errors=(UserNotFound, SelfRelation))
async def unblock(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """End a block. This restores nothing: follow them again if you like. It also succeeds without a block."""
    await relations.unblock(viewer, user_id)
    return Answer()


@bp.post("/users/<user_id:id>/mute")
@operation(
    scope="write",
    limit=CHANGES,
    body=NewMute,
    body_needed=False,
    errors=(UserNotFound, SelfRelation, TooManyRelations),
)
async def mute(request: Request, viewer: Viewer, body: NewMute, user_id: int) -> Answer:
    """Mute a user. Their tweets leave your timelines and threads, but not their profile. They can't tell.

    Tweets that mention them leave your Following timeline too. You keep following them, if you do. Muting
    again replaces the earlier choices.
    """
    await relations.mute(viewer, user_id, notifications=body.notifications, seconds=body.seconds)
    return Answer()


@bp.delete("/users/<user_id:id>/mute")
@operation(scope="write", errors=(UserNotFound, SelfRelation))
async def unmute(request: Request, viewer: Viewer, user_id: int) -> Answer:
    """End a mute. This also succeeds without one."""
    await relations.unmute(viewer, user_id)
    return Answer()


@bp.get("/blocks")
@operation(scope="read", query=PageQuery, answer=PeoplePage)
async def blocks(request: Request, viewer: Viewer, query: PageQuery) -> PeoplePage:
    """List the users whom you block, newest first. Only you can see this list."""
    page = await relations.blocks(viewer, limit=query.size, before=query.before)
    users = [PersonInList(one.id, one.name, one.handle, one.followed, one.avatar) for one in page.items]
    return PeoplePage(users=users, next=page.next)


@bp.get("/mutes")
@operation(scope="read", query=PageQuery, answer=MutesPage)
async def mutes(request: Request, viewer: Viewer, query: PageQuery) -> MutesPage:
    """List the users whom you mute, newest first. Only you can see this list."""
    page = await relations.mutes(viewer, limit=query.size, before=query.before)
    return MutesPage(
        users=[msgspec.convert(one, MutedPerson, from_attributes=True) for one in page.items], next=page.next
    )


@bp.get("/muted-conversations")
@operation(scope="read", query=PageQuery, answer=MutedConversations)
async def muted_conversations(request: Request, viewer: Viewer, query: PageQuery) -> Rendered:
    """List the conversations that you muted, newest first. Only you can see this list."""
    page = await muted_threads.of_viewer(viewer, pages(request), limit=query.size, before=query.before)
    shown = (
        b'{"root_id":%d,"tweet":%b}' % (one.root_id, one.tweet.bytes if one.tweet else b"null")
        for one in page.items
    )
    following = b"null" if page.next is None else b"%d" % page.next
    return Rendered(b'{"result":true,"conversations":[%b],"next":%b}' % (b",".join(shown), following))


@bp.post("/tweets/<tweet_id:id>/mute")
@operation(scope="write", limit=CHANGES, errors=(TweetNotFound,))
@or_of_repost
async def mute_conversation(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Mute the conversation that a tweet belongs to: nothing in it notifies you any more."""
    await muted_threads.mute(viewer, tweet_id)
    return Answer()


@bp.delete("/tweets/<tweet_id:id>/mute")
@operation(scope="write", errors=(TweetNotFound,))
@or_of_repost
async def unmute_conversation(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Be notified again of what happens in the conversation that a tweet belongs to."""
    await muted_threads.unmute(viewer, tweet_id)
    return Answer()
