"""The messages of the live stream about tweets and their pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.live_people import Counters, counters
from server.api.perch.shapes import media as media_wire
from server.api.perch.shapes import tweets as tweet_wire
from server.api.perch.shapes.media import Media
from server.api.perch.shapes.polls import Poll
from server.api.perch.shapes.tweets import Tweet
from server.api.perch.telling import Both, Message, tells
from server.core.live.event import EventRow
from server.core.live.kinds import Facts
from server.core.viewer import Person
from server.features.bookmarks import events as bookmarks
from server.features.edits import events as edits
from server.features.likes import events as likes
from server.features.media import events as media
from server.features.media.urls import MediaUrls
from server.features.people.events import PROFILE
from server.features.pins import events as pins
from server.features.polls import events as polls
from server.features.quotes import events as quotes
from server.features.replies import events as replies
from server.features.reposts import events as reposts
from server.features.timelines.timeline import TweetRow
from server.features.tweets import events as tweets


class TweetPublished(msgspec.Struct, frozen=True, tag_field="type", tag="tweet"):
    """A tweet was published.

    Ignore its fields `liked`, `reposted`, `bookmarked` and `pinned`: they have events of their own.
    """

    tweet: Tweet
    followed: Annotated[bool, Meta(description="Whether it belongs to the viewer's Following timeline.")]
    author: Counters


@tells(
    tweets.PUBLISHED,
    TweetPublished,
    to="everybody who may see it, except across a block or from people you mute",
)
def published(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The tweet, and whether it is on the viewer's Following timeline."""
    tweet, author = facts.get(tweets.TWEET, event.subject_id), facts.get(PROFILE, event.actor_id)
    if tweet is None or author is None:
        return None
    shown, numbers = tweet_wire.tweet(tweet, urls), counters(author)
    return Both(TweetPublished(shown, False, numbers), TweetPublished(shown, True, numbers))


class TweetEdited(msgspec.Struct, frozen=True, tag_field="type", tag="tweet_edited"):
    """A tweet was edited, a quote was withdrawn from it, or who may quote it was changed.

    Ignore its fields `liked`, `reposted`, `bookmarked` and `pinned`: they have events of their own.
    """

    tweet: Tweet


@tells(edits.EDITED, TweetEdited, to="everybody who may see it")
def edited(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The tweet as it is now."""
    return about(event, facts, lambda tweet: TweetEdited(tweet_wire.tweet(tweet, urls)))


class TweetDeleted(msgspec.Struct, frozen=True, tag_field="type", tag="tweet_deleted"):
    """A tweet was deleted. `author` is null if its author was deleted too."""

    tweet_id: int
    author: Counters | None


@tells(tweets.DELETED, TweetDeleted, to="everybody who could see it")
def deleted(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Which tweet, and its author's counters."""
    return gone(event, facts)


def gone(event: EventRow, facts: Facts) -> TweetDeleted:
    """A tweet that was deleted."""
    author = facts.get(PROFILE, event.actor_id)
    return TweetDeleted(event.subject_id, counters(author) if author else None)


@tells(
    tweets.WITHDRAWN,
    TweetDeleted,
    to="everybody who could see it",
)
def withdrawn(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """As any other tweet."""
    return gone(event, facts)


def about(event: EventRow, facts: Facts, shape: Callable[[TweetRow], msgspec.Struct | None]) -> Message:
    """A message about a tweet; none if the tweet is gone."""
    tweet = facts.get(tweets.TWEET, event.subject_id)
    return None if tweet is None else shape(tweet)


class LikesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="likes"):
    """The number of likes of a tweet has changed. Sent at most once a second for each tweet."""

    tweet_id: int
    likes_count: int
    version: int


@tells(likes.COUNTED, LikesChanged, to="everybody who may see the tweet")
def counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The number as it is now."""
    return about(event, facts, lambda tweet: LikesChanged(tweet.id, tweet.likes_count, tweet.version))


class RepliesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="replies"):
    """The number of replies to a tweet has changed. The reply itself is in an event of its own."""

    tweet_id: int
    replies_count: int
    version: int


@tells(replies.COUNTED, RepliesChanged, to="everybody who may see the tweet")
def replies_counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The number as it is now."""
    return about(event, facts, lambda tweet: RepliesChanged(tweet.id, tweet.replies_count, tweet.version))


class QuotesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="quotes"):
    """The number of quotes of a tweet has changed. The tweet that quotes it is in an event of its own."""

    tweet_id: int
    quotes_count: int
    version: int


@tells(quotes.COUNTED, QuotesChanged, to="everybody who may see the tweet")
def quotes_counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The number as it is now."""
    return about(event, facts, lambda tweet: QuotesChanged(tweet.id, tweet.quotes_count, tweet.version))


class RepostsChanged(msgspec.Struct, frozen=True, tag_field="type", tag="reposts"):
    """The number of reposts of a tweet has changed."""

    tweet_id: int
    reposts_count: int
    version: int


@tells(reposts.COUNTED, RepostsChanged, to="everybody who may see the tweet")
def reposts_counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The number as it is now."""
    return about(event, facts, lambda tweet: RepostsChanged(tweet.id, tweet.reposts_count, tweet.version))


class Reposted(msgspec.Struct, frozen=True, tag_field="type", tag="repost"):
    """You or someone you follow reposted a tweet, perhaps on another device.

    Ignore the tweet's fields `liked`, `reposted`, `bookmarked` and `pinned`, as in `tweet`.
    """

    id: Annotated[int, Meta(description="The id of the repost.")]
    user: Person
    tweet: Tweet


@tells(
    reposts.REPOSTED,
    Reposted,
    to="the person who reposted it, and those of their followers who find it on their Following timeline",
)
def reposted(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The repost, unless it was undone since."""
    tweet, user = facts.get(tweets.TWEET, event.subject_id), facts.get(PROFILE, event.actor_id)
    repost_id = event.object_id or 0
    if tweet is None or user is None or user.hidden or facts.get(reposts.REPOST, repost_id) is None:
        return None
    return Reposted(
        repost_id, Person(user.id, user.name, user.handle, user.avatar), tweet_wire.tweet(tweet, urls)
    )


class RepostUndone(msgspec.Struct, frozen=True, tag_field="type", tag="repost_undone"):
    """You or someone you follow undid a repost, perhaps on another device."""

    id: Annotated[int, Meta(description="The id of the repost.")]
    user_id: int
    tweet_id: int


@tells(
    reposts.UNDONE,
    RepostUndone,
    to="the person who undid it, and those of their followers who found it on their Following timeline",
)
def repost_undone(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Which repost."""
    return RepostUndone(event.object_id or 0, event.actor_id, event.subject_id)


class RepostsHidden(msgspec.Struct, frozen=True, tag_field="type", tag="reposts_hidden"):
    """You hid a followee's reposts, or show them again, perhaps on another device."""

    user_id: int
    hidden: bool


@tells(reposts.HIDDEN, RepostsHidden, to="you")
def reposts_hidden(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Whether they are hidden now."""
    hidden = facts.get(reposts.HIDES, (event.actor_id, event.subject_id)) is not None
    return RepostsHidden(event.subject_id, hidden)


class ThreadChanged(msgspec.Struct, frozen=True, tag_field="type", tag="thread"):
    """Who may reply in a conversation has changed, or a reply was hidden or shown: then reload it."""

    root_id: Annotated[int, Meta(description="The first tweet of the conversation.")]


@tells(replies.THREAD, ThreadChanged, to="everybody who may see the tweets in question")
def thread_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """What has changed, the client reads anew."""
    return ThreadChanged(event.subject_id)


class Liked(msgspec.Struct, frozen=True, tag_field="type", tag="liked"):
    """You liked or unliked a tweet, here or on another device."""

    tweet_id: int
    liked: bool
    likes_count: int
    version: int


@tells(likes.LIKED, Liked, to="you")
def liked(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Whether the viewer likes it now."""
    likes_it = facts.get(likes.LIKE, likes.pair(event)) is not None
    return about(event, facts, lambda tweet: Liked(tweet.id, likes_it, tweet.likes_count, tweet.version))


class Bookmarked(msgspec.Struct, frozen=True, tag_field="type", tag="bookmarked"):
    """You added or removed a bookmark, here or on another device."""

    tweet_id: int
    bookmarked: bool


@tells(bookmarks.BOOKMARKED, Bookmarked, to="you")
def bookmarked(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Whether it is there now."""
    has_it = facts.get(bookmarks.BOOKMARK, bookmarks.pair(event)) is not None
    return Bookmarked(event.subject_id, has_it)


class Pinned(msgspec.Struct, frozen=True, tag_field="type", tag="pinned"):
    """You pinned or unpinned a tweet, here or on another device."""

    tweet_id: int
    pinned: bool


@tells(pins.PINNED, Pinned, to="you")
def pinned(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Whether it is pinned now."""
    return Pinned(event.subject_id, facts.get(pins.PIN, pins.pair(event)) is not None)


class PollChanged(msgspec.Struct, frozen=True, tag_field="type", tag="poll"):
    """Somebody voted in a tweet's poll, or it has ended. If its results are hidden, read `/api/polls`."""

    tweet_id: int
    poll: Poll


@tells(polls.CHANGED, PollChanged, to="everybody who may see the tweet")
def poll_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The poll as it is now."""

    def shape(tweet: TweetRow) -> PollChanged | None:
        found = tweet_wire.tweet(tweet, urls).poll
        return None if found is msgspec.UNSET else PollChanged(tweet.id, found)

    return about(event, facts, shape)


class MediaChanged(msgspec.Struct, frozen=True, tag_field="type", tag="media"):
    """A picture is ready, or is broken and was removed from its tweet, or has a new description."""

    tweet_id: int | None
    media: Media


@tells(
    media.CHANGED, MediaChanged, to="everybody who may see the tweet; only its owner while no tweet shows it"
)
def media_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The picture as it is now."""
    found = facts.get(media.ATTACHMENT, event.subject_id)
    if found is None:
        return None
    # If it is in a tweet that is newer than the event, the event of that tweet shows it.
    return MediaChanged(event.object_id, media_wire.media(found, urls))
