"""Polls: voting, and what you chose."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.operation import operation
from server.api.perch.shapes import polls as wire
from server.api.perch.shapes.polls import Poll
from server.api.perch.tweet_ids import or_of_repost
from server.core.errors import InvalidParameter, PollEnded, TweetNotFound, VotedAlready
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.polls import polls
from server.features.polls.polls import MyPoll

bp = Blueprint("polls", url_prefix="/api")


class PollForYou(msgspec.Struct, frozen=True):
    """A poll with what you may know of it."""

    tweet_id: int
    poll: Poll
    chosen: Annotated[list[int], Meta(description="The options that you voted for, by number from 0.")]


class Choices(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that votes."""

    choices: Annotated[list[int], Meta(min_length=1, description="The numbers of options, from 0.")]


class Voted(Answer, frozen=True, kw_only=True):
    """The poll after your vote."""

    poll: PollForYou


class PollsQuery(msgspec.Struct, frozen=True):
    """Which polls to read."""

    ids: Annotated[str, Meta(description=f"The ids of up to {polls.MOST} tweets, separated by commas.")] = ""


class Polls(Answer, frozen=True, kw_only=True):
    """Polls in any order. Tweets without a poll, and those that you can't see, are left out."""

    polls: list[PollForYou]


def shown(found: MyPoll) -> PollForYou:
    """A poll as an answer shows it to this viewer."""
    return PollForYou(found.tweet_id, wire.poll(found.poll, has_results=found.has_results), found.chosen)


@bp.post("/tweets/<tweet_id:id>/votes")
@operation(scope="write", body=Choices, answer=Voted, errors=(TweetNotFound, PollEnded, VotedAlready))
@or_of_repost
async def vote(request: Request, viewer: Viewer, body: Choices, tweet_id: int) -> Voted:
    """Vote in a tweet's poll. A vote can't be changed, and nobody can see who voted for what."""
    return Voted(poll=shown(await polls.vote(viewer, tweet_id, body.choices)))


@bp.get("/polls")
@operation(scope="read", query=PollsQuery, answer=Polls, errors=(InvalidParameter,))
async def read(request: Request, viewer: Viewer, query: PollsQuery) -> Polls:
    """Read the polls of several tweets, with your choices and any hidden results that you may see."""
    numbers = query.ids.split(",") if query.ids else []
    if len(numbers) > polls.MOST or not all(one.isascii() and one.isdigit() for one in numbers):
        raise InvalidParameter(f"ids must be up to {polls.MOST} numbers, separated by commas.")
    ids = [number for number in map(int, numbers) if number <= NEWEST]
    return Polls(polls=[shown(found) for found in await polls.read(viewer, ids)])
