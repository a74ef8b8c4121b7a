"""What a live stream of Perch's own API sends: for each kind of event, the message and who gets it.

Messages are server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from server.api.perch.shapes import media as media_wire
from server.api.perch.shapes import tweets as tweet_wire
from server.api.perch.shapes.media import Media
from server.api.perch.shapes.tweets import Tweet
from server.core.live.event import EventRow
from server.core.live.event_id import EventId
from server.core.live.frames import Frame, Reason
from server.core.live.kinds import Facts, Kind
from server.core.viewer import Person
from server.features.api_keys import events as api_keys
from server.features.bookmarks import events as bookmarks
from server.features.follows import events as follows
from server.features.likes import events as likes
from server.features.media import events as media
from server.features.media.urls import MediaUrls
from server.features.moderation import events as moderation
from server.features.people import events as people
from server.features.people.events import PROFILE, Profile
from server.features.registry import KINDS
from server.features.tweets import events as tweets

encoder = msgspec.json.Encoder()


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


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody is told, or only one; followers something else, or the holder of a key that ends."""

    event: msgspec.Struct
    only_for: int | None = None
    for_followers: msgspec.Struct | None = None
    followers: frozenset[int] = frozenset()
    revoked_key: int | None = None


Render: TypeAlias = Callable[[EventRow, Facts, MediaUrls], Told | None]


@dataclass(frozen=True, slots=True)
class Teller:
    """How a kind of event is sent. `to` says who gets it, in words for docs/live.md."""

    shape: type[msgspec.Struct]
    to: str
    render: Render


# By the names of the kinds. A kind that isn't here is told to nobody.
TELLERS: dict[str, Teller] = {}


def tells(kind: Kind, shape: type[msgspec.Struct], *, to: str = "everybody") -> Callable[[Render], Render]:
    """Make a function the one that renders this kind; it returns None if what it is about is gone."""

    def register(render: Render) -> Render:
        TELLERS[kind.name] = Teller(shape, to, render)
        return render

    return register


class Opened(msgspec.Struct, frozen=True, tag_field="type", tag="open"):
    """The stream is open. Everything that happens from now on follows; the `id` says from where."""


class TweetPublished(msgspec.Struct, frozen=True, tag_field="type", tag="tweet"):
    """A tweet was published. Ignore its fields `liked` and `bookmarked`: they have events of their own."""

    tweet: Tweet
    followed: Annotated[bool, Meta(description="Whether it belongs to the viewer's Following timeline.")]
    author: Counters


@tells(tweets.PUBLISHED, TweetPublished)
def published(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody; to followers, with that it is on their Following."""
    tweet, author = facts.get(tweets.TWEET, event.subject_id), facts.get(PROFILE, event.actor_id)
    if tweet is None or author is None:
        return None
    shown = tweet_wire.tweet(tweet, urls)
    plain, followed = (TweetPublished(shown, follow, counters(author)) for follow in (False, True))
    readers = facts.get(follows.FOLLOWERS_AMONG_VIEWERS, author.id) or frozenset()
    return Told(plain, for_followers=followed, followers=readers | {author.id})


class TweetDeleted(msgspec.Struct, frozen=True, tag_field="type", tag="tweet_deleted"):
    """A tweet was deleted. `author` is null if its author was deleted too."""

    tweet_id: int
    author: Counters | None


@tells(tweets.DELETED, TweetDeleted)
def deleted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    author = facts.get(PROFILE, event.actor_id)
    return Told(TweetDeleted(event.subject_id, counters(author) if author else None))


class LikesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="likes"):
    """The number of likes of a tweet has changed. Sent at most once a second for each tweet."""

    tweet_id: int
    likes_count: int
    version: int


@tells(likes.COUNTED, LikesChanged)
def counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    tweet = facts.get(tweets.TWEET, event.subject_id)
    return Told(LikesChanged(tweet.id, tweet.likes_count, tweet.version)) if tweet else None


class Liked(msgspec.Struct, frozen=True, tag_field="type", tag="liked"):
    """You liked or unliked a tweet, here or on another device."""

    tweet_id: int
    liked: bool
    likes_count: int
    version: int


@tells(likes.LIKED, Liked, to="you")
def liked(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To whoever likes."""
    tweet = facts.get(tweets.TWEET, event.subject_id)
    if tweet is None:
        return None
    likes_it = facts.get(likes.LIKE, likes.pair(event)) is not None
    told = Liked(tweet.id, likes_it, tweet.likes_count, tweet.version)
    return Told(told, only_for=event.actor_id)


class Bookmarked(msgspec.Struct, frozen=True, tag_field="type", tag="bookmarked"):
    """You added or removed a bookmark, here or on another device."""

    tweet_id: int
    bookmarked: bool


@tells(bookmarks.BOOKMARKED, Bookmarked, to="you")
def bookmarked(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To the user whose bookmark it is."""
    has_it = facts.get(bookmarks.BOOKMARK, bookmarks.pair(event)) is not None
    return Told(Bookmarked(event.subject_id, has_it), only_for=event.actor_id)


class FollowChanged(msgspec.Struct, frozen=True, tag_field="type", tag="follow"):
    """Someone followed or unfollowed someone. `users` has the counters of both."""

    follower_id: int
    followee_id: int
    followed: bool
    users: Annotated[list[Counters], Meta(description="The counters of both, if they still exist.")]


@tells(follows.FOLLOWED, FollowChanged)
def followed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    users = [facts.get(PROFILE, user_id) for user_id in follows.pair(event)]
    follow = facts.get(follows.FOLLOW, follows.pair(event)) is not None
    numbers = [counters(user) for user in users if user]
    return Told(FollowChanged(event.actor_id, event.subject_id, follow, numbers))


class Renamed(msgspec.Struct, frozen=True, tag_field="type", tag="user"):
    """Someone changed their name."""

    user: Person
    version: int


@tells(people.RENAMED, Renamed)
def renamed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    user = facts.get(PROFILE, event.subject_id)
    return Told(Renamed(Person(user.id, user.name, user.handle), user.version)) if user else None


class VisibilityChanged(msgspec.Struct, frozen=True, tag_field="type", tag="visibility"):
    """All tweets of a user are hidden, or shown again: then reload what you display.

    They are hidden when the user is suspended or deletes the account. `author` is null once it is erased.
    """

    user_id: int
    hidden: bool
    author: Counters | None


@tells(moderation.VISIBILITY, VisibilityChanged)
def visibility(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    user = facts.get(PROFILE, event.subject_id)
    hidden = user is None or user.hidden
    return Told(VisibilityChanged(event.subject_id, hidden, counters(user) if user else None))


class MediaChanged(msgspec.Struct, frozen=True, tag_field="type", tag="media"):
    """A picture is ready, or is broken and was removed from its tweet, or has a new description."""

    tweet_id: int | None
    media: Media


@tells(media.CHANGED, MediaChanged, to="everybody; only its owner while no tweet shows it")
def media_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody, or to the owner alone while no tweet shows it."""
    found = facts.get(media.ATTACHMENT, event.subject_id)
    if found is None:
        return None
    tweet_id = found.tweet_id or event.object_id
    told = MediaChanged(tweet_id, media_wire.media(found, urls))
    return Told(told, only_for=None if tweet_id else event.actor_id)


class KeyRevoked(msgspec.Struct, frozen=True, tag_field="type", tag="key_revoked"):
    """The key that opened the stream was revoked or expired, or its user was suspended: the stream ends."""

    key_id: int


@tells(api_keys.REVOKED, KeyRevoked, to="streams opened with this key")
def revoked(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To whoever showed this key, whose streams end."""
    return Told(KeyRevoked(event.subject_id), revoked_key=event.subject_id)


class Reset(msgspec.Struct, frozen=True, tag_field="type", tag="reset"):
    """What you missed can't be sent, so reload what you display. With the reason `slow`, the stream ends too.

    The reason `stopping` is different: you missed nothing, but the stream ends, so reconnect with the last
    `id` to continue.
    """

    reason: Annotated[
        Reason,
        Meta(
            description="In this order: you were away too long; the id belongs to other data, for example "
            "from before a restore; the client didn't read fast enough; the server is stopping or restarting."
        ),
    ]


def shapes() -> list[type[msgspec.Struct]]:
    """The shapes of all messages."""
    return [Opened, *(teller.shape for teller in TELLERS.values()), Reset]


def message(event_id: EventId, event: msgspec.Struct) -> bytes:
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


class PerchLive:
    """Perch's own API."""

    def __init__(self, urls: MediaUrls) -> None:
        self._urls = urls

    async def frames(self, events: Sequence[EventRow], viewers: Collection[int], epoch: str) -> list[Frame]:
        """The events as messages for these viewers; none for what no longer exists."""
        facts = await KINDS.facts(events, viewers)
        found = []
        for event in events:
            teller = TELLERS.get(event.kind)
            if teller is not None and (told := teller.render(event, facts, self._urls)) is not None:
                found.append(frame(EventId(epoch, event.seq), told))
        return found

    def key_revoked(self, event_id: EventId, key_id: int) -> bytes:
        """The key that opened the stream is not honoured any more."""
        return message(event_id, KeyRevoked(key_id))

    def reset(self, event_id: EventId, reason: Reason) -> bytes:
        """What was missed cannot be told any more."""
        return message(event_id, Reset(reason))

    def heartbeat(self, event_id: EventId) -> bytes:
        """The stream lives, and the client is that far."""
        return heartbeat(event_id)


def frame(event_id: EventId, told: Told) -> Frame:
    """The message as it is sent."""
    return Frame(
        event_id.seq,
        message(event_id, told.event),
        told.only_for,
        message(event_id, told.for_followers) if told.for_followers is not None else None,
        told.followers,
        told.revoked_key,
    )
