"""The messages of the live stream about people."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.telling import Message, tells
from server.core.live.event import EventRow
from server.core.live.kinds import Facts
from server.core.viewer import Person
from server.features.follows import events as follows
from server.features.media.urls import MediaUrls
from server.features.moderation import events as moderation
from server.features.people import events as people
from server.features.people.events import PROFILE, Profile
from server.features.relations import events as relations
from server.features.relations.events import Relation


class Counters(msgspec.Struct, frozen=True):
    """A user's counters. Of two states, the one with the higher `version` is newer."""

    id: int
    tweets_count: int
    followers_count: int
    following_count: int
    version: int


def counters(user: Profile) -> Counters:
    """A user's counters as messages show them."""
    return Counters(user.id, user.tweets_count, user.followers_count, user.following_count, user.version)


class FollowChanged(msgspec.Struct, frozen=True, tag_field="type", tag="follow"):
    """Someone followed or unfollowed someone. `users` has the counters of both."""

    follower_id: int
    followee_id: int
    followed: bool
    users: Annotated[list[Counters], Meta(description="The counters of both, if they still exist.")]


@tells(follows.FOLLOWED, FollowChanged)
def followed(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Whether one follows the other now, and the counters of both."""
    users = [facts.get(PROFILE, user_id) for user_id in follows.pair(event)]
    follow = facts.get(follows.FOLLOW, follows.pair(event)) is not None
    numbers = [counters(user) for user in users if user]
    return FollowChanged(event.actor_id, event.subject_id, follow, numbers)


class FollowRequested(msgspec.Struct, frozen=True, tag_field="type", tag="follow_request"):
    """A request to follow you, or one of yours, was made, accepted, declined or withdrawn."""

    follower_id: int
    followee_id: int
    requested: bool


@tells(follows.REQUESTED, FollowRequested, to="both users")
def follow_requested(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Whether there is a request now."""
    requested = facts.get(follows.REQUEST, follows.pair(event)) is not None
    return FollowRequested(event.actor_id, event.subject_id, requested)


class RelationChanged(msgspec.Struct, frozen=True, tag_field="type", tag="relation"):
    """You blocked or muted a user, or a user blocked you, or one of these ended: reload what you display."""

    user_id: int
    relation: Relation


@tells(relations.RELATED, RelationChanged, to="you")
def related(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The relation as it is now."""
    user_id, other_id = relations.pair(event)
    relation = facts.get(relations.RELATION, (user_id, other_id)) or Relation()
    return RelationChanged(other_id, relation)


class Renamed(msgspec.Struct, frozen=True, tag_field="type", tag="user"):
    """Someone changed their name or their avatar."""

    user: Person
    version: int


@tells(people.RENAMED, Renamed)
def renamed(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Both as they are now."""
    user = facts.get(PROFILE, event.subject_id)
    return Renamed(Person(user.id, user.name, user.handle, user.avatar), user.version) if user else None


class VisibilityChanged(msgspec.Struct, frozen=True, tag_field="type", tag="visibility"):
    """All tweets of a user are hidden, or shown again: then reload what you display.

    They are hidden when the user is suspended or deletes the account. `author` is null once it is erased.
    """

    user_id: int
    hidden: bool
    author: Counters | None


@tells(moderation.VISIBILITY, VisibilityChanged)
def visibility(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Whether they are hidden now."""
    user = facts.get(PROFILE, event.subject_id)
    hidden = user is None or user.hidden
    return VisibilityChanged(event.subject_id, hidden, counters(user) if user else None)
