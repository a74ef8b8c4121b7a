"""How Perch's own API tells events on a live stream: for each kind of event, its message and who gets it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from server.api.perch.shapes import events as wire
from server.api.perch.shapes import media as media_wire
from server.api.perch.shapes import tweets as tweet_wire
from server.api.perch.shapes.events import Counters
from server.core.live.event import EventRow
from server.core.live.event_id import EventId
from server.core.live.frames import Frame, Reason
from server.core.live.kinds import Facts, Kind
from server.core.viewer import Person
from server.features.api_keys import events as api_keys
from server.features.follows import events as follows
from server.features.likes import events as likes
from server.features.media import events as media
from server.features.media.urls import MediaUrls
from server.features.moderation import events as moderation
from server.features.people import events as people
from server.features.people.events import PROFILE, Profile
from server.features.registry import KINDS
from server.features.tweets import events as tweets


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody is told, or only one; followers something else, or the holder of a key that ends."""

    event: wire.LiveEvent
    only_for: int | None = None
    for_followers: wire.LiveEvent | None = None
    followers: frozenset[int] = frozenset()
    revoked_key: int | None = None


Render = Callable[[EventRow, Facts, MediaUrls], Told | None]

# By the names of the kinds. A kind that isn't here is told to nobody.
RENDER: dict[str, Render] = {}


def tells(kind: Kind) -> Callable[[Render], Render]:
    """Make a function the one that renders this kind; it returns None if what it is about is gone."""

    def register(render: Render) -> Render:
        RENDER[kind.name] = render
        return render

    return register


class PerchLive:
    """Perch's own API."""

    def __init__(self, urls: MediaUrls) -> None:
        self._urls = urls

    async def frames(self, events: Sequence[EventRow], viewers: Collection[int], epoch: str) -> list[Frame]:
        """The events as messages for these viewers, without those of what is gone meanwhile."""
        facts = await KINDS.facts(events, viewers)
        found = []
        for event in events:
            render = RENDER.get(event.kind)
            if render is not None and (told := render(event, facts, self._urls)) is not None:
                found.append(frame(EventId(epoch, event.seq), told))
        return found

    def key_revoked(self, event_id: EventId, key_id: int) -> bytes:
        """The key that opened the stream is not honoured any more."""
        return wire.message(event_id, wire.KeyRevoked(key_id))

    def reset(self, event_id: EventId, reason: Reason) -> bytes:
        """What was missed cannot be told any more."""
        return wire.message(event_id, wire.Reset(reason))

    def heartbeat(self, event_id: EventId) -> bytes:
        """The stream lives, and the client is that far."""
        return wire.heartbeat(event_id)


def frame(event_id: EventId, told: Told) -> Frame:
    """The message as it is sent."""
    return Frame(
        event_id.seq,
        wire.message(event_id, told.event),
        told.only_for,
        wire.message(event_id, told.for_followers) if told.for_followers is not None else None,
        told.followers,
        told.revoked_key,
    )


def counters(user: Profile) -> Counters:
    """A user's counters as messages show them."""
    return Counters(user.id, user.tweets_count, user.followers_count, user.following_count, user.version)


@tells(tweets.PUBLISHED)
def published(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody; to followers, with that it is on their Following."""
    tweet, author = facts.get(tweets.TWEET, event.tweet_id), facts.get(PROFILE, event.user_id)
    if tweet is None or author is None:
        return None
    shown = tweet_wire.tweet(tweet, urls)
    plain, followed = (wire.TweetPublished(shown, follow, counters(author)) for follow in (False, True))
    readers = facts.get(follows.FOLLOWERS_AMONG_VIEWERS, author.id) or frozenset()
    return Told(plain, for_followers=followed, followers=readers | {author.id})


@tells(tweets.DELETED)
def deleted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    author = facts.get(PROFILE, event.user_id)
    if event.tweet_id is None:
        return None
    return Told(wire.TweetDeleted(event.tweet_id, counters(author) if author else None))


@tells(likes.COUNTED)
def counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    tweet = facts.get(tweets.TWEET, event.tweet_id)
    return Told(wire.LikesChanged(tweet.id, tweet.likes_count, tweet.version)) if tweet else None


@tells(likes.LIKED)
def liked(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To whoever likes."""
    tweet = facts.get(tweets.TWEET, event.tweet_id)
    if tweet is None or event.user_id is None:
        return None
    likes_it = facts.get(likes.LIKE, likes.pair(event)) is not None
    told = wire.Liked(tweet.id, likes_it, tweet.likes_count, tweet.version)
    return Told(told, only_for=event.user_id)


@tells(follows.FOLLOWED)
def followed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    if event.user_id is None or event.followee_id is None:
        return None
    both = [facts.get(PROFILE, who) for who in (event.user_id, event.followee_id)]
    follow = facts.get(follows.FOLLOW, follows.pair(event)) is not None
    numbers = [counters(who) for who in both if who]
    return Told(wire.FollowChanged(event.user_id, event.followee_id, follow, numbers))


@tells(people.RENAMED)
def renamed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    user = facts.get(PROFILE, event.user_id)
    return Told(wire.Renamed(Person(user.id, user.name, user.handle), user.version)) if user else None


@tells(media.CHANGED)
def media_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody, or to the owner alone while no tweet shows it."""
    found = facts.get(media.ATTACHMENT, event.media_id)
    if found is None:
        return None
    tweet_id = found.tweet_id or event.tweet_id
    told = wire.MediaChanged(tweet_id, media_wire.media(found, urls))
    return Told(told, only_for=None if tweet_id else event.user_id)


@tells(moderation.VISIBILITY)
def visibility(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    user = facts.get(PROFILE, event.user_id)
    if event.user_id is None:
        return None
    hidden = user is None or user.hidden
    return Told(wire.VisibilityChanged(event.user_id, hidden, counters(user) if user else None))


@tells(api_keys.REVOKED)
def revoked(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To whoever showed this key, whose streams end."""
    if event.key_id is None:
        return None
    return Told(wire.KeyRevoked(event.key_id), revoked_key=event.key_id)
