"""What a live stream tells: one shape for each event, written as server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.shapes.media import Media
from server.api.perch.shapes.tweets import Tweet
from server.core.live.event_id import EventId
from server.core.live.frames import Reason
from server.core.viewer import Person

encoder = msgspec.json.Encoder()


class Counters(msgspec.Struct, frozen=True):
    """A user's counters. Of two states, the one with the higher `version` is newer."""

    id: int
    tweets_count: int
    followers_count: int
    following_count: int
    version: int


class Opened(msgspec.Struct, frozen=True, tag_field="type", tag="open"):
    """The stream is open. Everything that happens from now on follows."""


class TweetPublished(msgspec.Struct, frozen=True, tag_field="type", tag="tweet"):
    """A new tweet. Ignore its field `liked`: your own likes come as the event `liked`."""

    tweet: Tweet
    followed: Annotated[bool, Meta(description="Whether it belongs to the viewer's Following timeline.")]
    author: Counters


class TweetDeleted(msgspec.Struct, frozen=True, tag_field="type", tag="tweet_deleted"):
    """A tweet was deleted. `author` is null if its author was deleted too."""

    tweet_id: int
    author: Counters | None


class LikesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="likes"):
    """The number of likes of a tweet, sent at most once a second per tweet."""

    tweet_id: int
    likes_count: int
    version: int


class Liked(msgspec.Struct, frozen=True, tag_field="type", tag="liked"):
    """The viewer liked or unliked a tweet, here or on another device."""

    tweet_id: int
    liked: bool
    likes_count: int
    version: int


class FollowChanged(msgspec.Struct, frozen=True, tag_field="type", tag="follow"):
    """Someone followed or unfollowed someone."""

    follower_id: int
    followee_id: int
    followed: bool
    users: Annotated[list[Counters], Meta(description="The counters of both, if they still exist.")]


class Renamed(msgspec.Struct, frozen=True, tag_field="type", tag="user"):
    """Someone changed their name."""

    user: Person
    version: int


class VisibilityChanged(msgspec.Struct, frozen=True, tag_field="type", tag="visibility"):
    """All of a user's tweets were hidden or shown again. `author` is null if the user was deleted."""

    user_id: int
    hidden: bool
    author: Counters | None


class MediaChanged(msgspec.Struct, frozen=True, tag_field="type", tag="media"):
    """A picture is ready, turned out to be broken and has left its tweet, or has a new description.

    If the picture isn't in a tweet, only its owner gets this event.
    """

    tweet_id: int | None
    media: Media


class KeyRevoked(msgspec.Struct, frozen=True, tag_field="type", tag="key_revoked"):
    """The key that opened the stream is no longer valid. The stream ends."""

    key_id: int


class Reset(msgspec.Struct, frozen=True, tag_field="type", tag="reset"):
    """Missed events are no longer available, so reload what you show. After `slow` the stream ends.

    It also ends after `stopping`, when nothing was missed: reconnect with the last id to continue.
    """

    reason: Annotated[
        Reason,
        Meta(
            description="In this order: you were away too long; the id belongs to other data, for example "
            "from before a restore; the client didn't read fast enough; the server is stopping or restarting."
        ),
    ]


LiveEvent = (
    Opened
    | TweetPublished
    | TweetDeleted
    | LikesChanged
    | Liked
    | FollowChanged
    | Renamed
    | VisibilityChanged
    | MediaChanged
    | KeyRevoked
    | Reset
)


def message(event_id: EventId, event: LiveEvent) -> bytes:
    """The event as it is sent. JSON of ours holds no line breaks."""
    name = event.__struct_config__.tag
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (
        str(event_id).encode(),
        str(name).encode(),
        encoder.encode(event),
    )


def heartbeat(event_id: EventId) -> bytes:
    """Says that the stream lives, and how far the client is, without an event."""
    return b": still here\nid: %s\n\n" % str(event_id).encode()
