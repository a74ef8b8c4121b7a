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
    """A user's counters. Of two states the one with the higher `version` is the newer."""

    id: int
    tweets_count: int
    followers_count: int
    following_count: int
    version: int


class Opened(msgspec.Struct, frozen=True, tag_field="type", tag="open"):
    """The stream is open; what happens from now on follows."""


class TweetPublished(msgspec.Struct, frozen=True, tag_field="type", tag="tweet"):
    """A new tweet. `liked` says nothing here: one's own likes are told by `liked`."""

    tweet: Tweet
    followed: Annotated[bool, Meta(description="Whether it belongs to the viewer's Following timeline.")]
    author: Counters


class TweetDeleted(msgspec.Struct, frozen=True, tag_field="type", tag="tweet_deleted"):
    """A tweet is gone. `author` is null where its author is gone too."""

    tweet_id: int
    author: Counters | None


class LikesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="likes"):
    """How many like a tweet; at most once a second for each tweet."""

    tweet_id: int
    likes_count: int
    version: int


class Liked(msgspec.Struct, frozen=True, tag_field="type", tag="liked"):
    """The viewer likes a tweet now, or not any more: done here or on another device."""

    tweet_id: int
    liked: bool
    likes_count: int
    version: int


class FollowChanged(msgspec.Struct, frozen=True, tag_field="type", tag="follow"):
    """Somebody follows somebody now, or not any more."""

    follower_id: int
    followee_id: int
    followed: bool
    users: Annotated[list[Counters], Meta(description="Of both, where they still exist.")]


class Renamed(msgspec.Struct, frozen=True, tag_field="type", tag="user"):
    """Somebody has another name."""

    user: Person
    version: int


class VisibilityChanged(msgspec.Struct, frozen=True, tag_field="type", tag="visibility"):
    """All of a user's tweets are hidden now, or shown again. `author` is null where the user is gone."""

    user_id: int
    hidden: bool
    author: Counters | None


class MediaChanged(msgspec.Struct, frozen=True, tag_field="type", tag="media"):
    """A picture is ready, is broken and has left its tweet, or is described anew.

    Of one that no tweet shows only its owner is told.
    """

    tweet_id: int | None
    media: Media


class KeyRevoked(msgspec.Struct, frozen=True, tag_field="type", tag="key_revoked"):
    """The key that opened the stream is not honoured any more. The stream ends."""

    key_id: int


class Reset(msgspec.Struct, frozen=True, tag_field="type", tag="reset"):
    """What was missed cannot be told any more: read anew what is shown. After `slow` the stream ends.

    It ends after `stopping` too, where nothing was missed: whoever comes again with the last id goes on.
    """

    reason: Annotated[
        Reason,
        Meta(
            description="Away for too long; the id is of other data, as of before a restore; "
            "the client did not read as fast as things happened; the server stops, or starts again."
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
