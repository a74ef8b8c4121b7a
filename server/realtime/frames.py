"""Events of the log as messages, each encoded once for all who get it.

An event says what has changed; the message says what is true now. So several changes in a row may be told as
one state twice, and never as a state that is older than one already told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from server.domain.media_urls import MediaUrls
from server.models import EventKind, live, timeline
from server.models.event import EventRow
from server.models.live import Like, UserRow
from server.models.media_access import OwnedMedia
from server.models.people import Person
from server.models.timeline import TweetRow
from server.wire import events as wire
from server.wire import media as media_wire
from server.wire import tweets as tweet_wire
from server.wire.events import Counters, EventId


@dataclass(frozen=True, slots=True)
class Frame:
    """A message, and who gets it.

    Either everybody does, or `only_for` is a user's id. `followers` get `for_followers` in its place.
    `revoked_key` is the id of a key whose streams end here, with the message; nobody else gets it.
    """

    seq: int
    message: bytes
    only_for: int | None = None
    for_followers: bytes | None = None
    followers: frozenset[int] = frozenset()
    revoked_key: int | None = None

    def to(self, viewer_id: int) -> bytes | None:
        """What this viewer gets; None for nothing."""
        if self.revoked_key is not None:
            return None
        if self.only_for is not None and self.only_for != viewer_id:
            return None
        if self.for_followers is not None and viewer_id in self.followers:
            return self.for_followers
        return self.message


@dataclass(slots=True)
class Facts:
    """What is true now of all that some events are about."""

    tweets: dict[int, TweetRow] = field(default_factory=dict)
    users: dict[int, UserRow] = field(default_factory=dict)
    likes: set[Like] = field(default_factory=set)
    follows: set[tuple[int, int]] = field(default_factory=set)
    media: dict[int, OwnedMedia] = field(default_factory=dict)
    followers: dict[int, frozenset[int]] = field(default_factory=dict)


async def frames(
    events: Sequence[EventRow], viewers: Collection[int], epoch: str, urls: MediaUrls
) -> list[Frame]:
    """The events as messages for these viewers; those of what is gone meanwhile are left out.

    At most six queries, however many events and viewers there are.
    """
    facts = await _facts(events, viewers)
    found = (_frame(event, facts, epoch, urls) for event in events)
    return [frame for frame in found if frame is not None]


async def _facts(events: Sequence[EventRow], viewers: Collection[int]) -> Facts:
    facts = Facts()
    about_tweets = _ids(events, "tweet_id", EventKind.TWEET, EventKind.LIKES, EventKind.LIKED)
    authors = _ids(events, "user_id", EventKind.TWEET)
    people = _ids(
        events,
        "user_id",
        EventKind.TWEET,
        EventKind.TWEET_DELETED,
        EventKind.FOLLOW,
        EventKind.USER,
        EventKind.VISIBILITY,
    ) | _ids(events, "followee_id", EventKind.FOLLOW)
    if about_tweets:
        rows = await timeline.these(sorted(about_tweets), likers=0)
        facts.tweets = {tweet.id: tweet for tweet in rows}
    if people:
        facts.users = await live.users(people)
    if likes := [
        (event.tweet_id, event.user_id)
        for event in events
        if event.kind is EventKind.LIKED and event.tweet_id is not None and event.user_id is not None
    ]:
        facts.likes = await live.likes(likes)
    if follows := [
        (event.user_id, event.followee_id)
        for event in events
        if event.kind is EventKind.FOLLOW and event.user_id is not None and event.followee_id is not None
    ]:
        facts.follows = await live.follows(follows)
    if media := _ids(events, "media_id", EventKind.MEDIA):
        facts.media = await live.media(media)
    if authors:
        facts.followers = await live.followers(authors, viewers)
    return facts


def _ids(events: Iterable[EventRow], name: str, *kinds: EventKind) -> set[int]:
    found = (getattr(event, name) for event in events if event.kind in kinds)
    return {value for value in found if value is not None}


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
