"""How Perch's own API tells events on a live stream."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from server.api.perch.shapes import events as wire
from server.api.perch.shapes import media as media_wire
from server.api.perch.shapes import tweets as tweet_wire
from server.api.perch.shapes.events import Counters
from server.core.live.event import EventKind, EventRow
from server.core.live.event_id import EventId
from server.core.live.frames import Frame, Reason
from server.core.viewer import Person
from server.features.live.facts import Facts, facts_of
from server.features.live.present import UserRow
from server.features.media.urls import MediaUrls


class PerchLive:
    """Perch's own API."""

    def __init__(self, urls: MediaUrls) -> None:
        self._urls = urls

    async def frames(self, events: Sequence[EventRow], viewers: Collection[int], epoch: str) -> list[Frame]:
        """The events as messages for these viewers, without those of what is gone meanwhile."""
        facts = await facts_of(events, viewers)
        found = (_frame(event, facts, epoch, self._urls) for event in events)
        return [frame for frame in found if frame is not None]

    def key_revoked(self, event_id: EventId, key_id: int) -> bytes:
        """The key that opened the stream is not honoured any more."""
        return wire.message(event_id, wire.KeyRevoked(key_id))

    def reset(self, event_id: EventId, reason: Reason) -> bytes:
        """What was missed cannot be told any more."""
        return wire.message(event_id, wire.Reset(reason))

    def heartbeat(self, event_id: EventId) -> bytes:
        """The stream lives, and the client is that far."""
        return wire.heartbeat(event_id)


def _frame(event: EventRow, facts: Facts, epoch: str, urls: MediaUrls) -> Frame | None:
    event_id = EventId(epoch, event.seq)
    tweet = facts.tweets.get(event.tweet_id or 0)
    user = facts.users.get(event.user_id or 0)

    def frame(told: wire.LiveEvent, only_for: int | None = None) -> Frame:
        return Frame(event.seq, wire.message(event_id, told), only_for)

    match event.kind:
        case EventKind.TWEET if tweet and user:
            shown = tweet_wire.tweet(tweet, urls)
            plain, followed = (
                wire.message(event_id, wire.TweetPublished(shown, follows, counters(user)))
                for follows in (False, True)
            )
            return Frame(
                event.seq,
                plain,
                for_followers=followed,
                followers=facts.followers.get(user.id, frozenset()) | {user.id},
            )
        case EventKind.TWEET_DELETED if event.tweet_id:
            return frame(wire.TweetDeleted(event.tweet_id, counters(user) if user else None))
        case EventKind.LIKES if tweet:
            return frame(wire.LikesChanged(tweet.id, tweet.likes_count, tweet.version))
        case EventKind.LIKED if tweet and event.user_id:
            liked = (tweet.id, event.user_id) in facts.likes
            told = wire.Liked(tweet.id, liked, tweet.likes_count, tweet.version)
            return frame(told, only_for=event.user_id)
        case EventKind.FOLLOW if event.user_id and event.followee_id:
            both = [facts.users.get(who) for who in (event.user_id, event.followee_id)]
            follows = (event.user_id, event.followee_id) in facts.follows
            numbers = [counters(who) for who in both if who]
            return frame(wire.FollowChanged(event.user_id, event.followee_id, follows, numbers))
        case EventKind.USER if user:
            return frame(wire.Renamed(Person(user.id, user.name, user.handle), user.version))
        case EventKind.MEDIA if media := facts.media.get(event.media_id or 0):
            tweet_id = media.tweet_id or event.tweet_id
            changed = wire.MediaChanged(tweet_id, media_wire.media(media, urls))
            return frame(changed, only_for=None if tweet_id else event.user_id)
        case EventKind.VISIBILITY if event.user_id:
            hidden = user is None or user.hidden
            author = counters(user) if user else None
            return frame(wire.VisibilityChanged(event.user_id, hidden, author))
        case EventKind.KEY_REVOKED if event.key_id:
            revoked = wire.message(event_id, wire.KeyRevoked(event.key_id))
            return Frame(event.seq, revoked, revoked_key=event.key_id)
    return None


def counters(user: UserRow) -> Counters:
    """A user's counters as messages show them."""
    return Counters(user.id, user.tweets_count, user.followers_count, user.following_count, user.version)
