"""The messages of the live stream about tweets and their pictures, and their recipients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.live_people import Counters, counters
from server.api.perch.shapes import media as media_wire
from server.api.perch.shapes import tweets as tweet_wire
from server.api.perch.shapes.media import Media
from server.api.perch.shapes.tweets import Tweet
from server.api.perch.telling import Told, tells
from server.core.live.event import EventRow
from server.core.live.kinds import Facts
from server.core.viewer import Person
from server.features.bookmarks import events as bookmarks
from server.features.follows import events as follows
from server.features.hashtags import events as hashtags
from server.features.likes import events as likes
from server.features.media import events as media
from server.features.media.urls import MediaUrls
from server.features.people.events import PROFILE
from server.features.relations import events as relations
from server.features.replies import events as replies
from server.features.reposts import events as reposts
from server.features.timelines.timeline import TweetRow
from server.features.tweets import events as tweets
from server.features.visibility.events import apart, audience
from server.features.visibility.visibility import Visibility


class TweetPublished(msgspec.Struct, frozen=True, tag_field="type", tag="tweet"):
    """A tweet was published.

    Ignore its fields `liked`, `reposted` and `bookmarked`: they have events of their own.
    """

    tweet: Tweet
    followed: Annotated[bool, Meta(description="Whether it belongs to the viewer's Following timeline.")]
    author: Counters


@tells(
    tweets.PUBLISHED,
    TweetPublished,
    to="everybody who may see it, except across a block or from people you mute",
)
def published(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To its audience, without those whom a block or mute parts from its author.

    For followers of its author or of one of its hashtags, it is on Following, unless it is for mentioned
    people only.
    """
    tweet, author = facts.get(tweets.TWEET, event.subject_id), facts.get(PROFILE, event.actor_id)
    if tweet is None or author is None:
        return None
    shown = tweet_wire.tweet(tweet, urls)
    plain, followed = (TweetPublished(shown, follow, counters(author)) for follow in (False, True))
    if tweet.in_reply_to_id is None:
        readers = facts.get(follows.FOLLOWERS_AMONG_VIEWERS, author.id) or frozenset()
    else:
        readers = facts.get(tweets.READERS_AMONG_VIEWERS, tweet.id) or frozenset()
    by_hashtag = facts.get(hashtags.FOLLOWERS_AMONG_VIEWERS, tweet.id) or frozenset()
    apart = facts.get(relations.APART_AMONG_VIEWERS, author.id) or frozenset()
    unwelcome = facts.get(tweets.APART_FROM_ADDRESSED_AMONG_VIEWERS, tweet.id) or frozenset()
    readers = (
        frozenset()
        if tweet.visibility is Visibility.MENTIONED
        else ((readers | by_hashtag) - unwelcome) | {author.id}
    )
    among = audience(facts, tweet.id)
    return Told(plain, for_followers=followed, followers=readers, not_for=apart, among=among)


class TweetDeleted(msgspec.Struct, frozen=True, tag_field="type", tag="tweet_deleted"):
    """A tweet was deleted. `author` is null if its author was deleted too."""

    tweet_id: int
    author: Counters | None


@tells(tweets.DELETED, TweetDeleted, to="everybody who could see it")
def deleted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody."""
    return Told(gone(event, facts))


def gone(event: EventRow, facts: Facts) -> TweetDeleted:
    """A tweet that was deleted."""
    author = facts.get(PROFILE, event.actor_id)
    return TweetDeleted(event.subject_id, counters(author) if author else None)


@tells(
    tweets.WITHDRAWN,
    TweetDeleted,
    to="everybody who could see it",
)
def withdrawn(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To one of those whom it addressed, or to its author's followers."""
    if event.object_id is not None:
        return Told(gone(event, facts), among=frozenset({event.object_id}))
    followers = facts.get(follows.FOLLOWERS_AMONG_VIEWERS, event.actor_id) or frozenset()
    return Told(gone(event, facts), among=followers)


def to_audience(event: EventRow, facts: Facts, shape: Callable[[TweetRow], msgspec.Struct]) -> Told | None:
    """A message about a tweet, for everybody who may see it."""
    tweet = facts.get(tweets.TWEET, event.subject_id)
    if tweet is None:
        return None
    return Told(shape(tweet), not_for=apart(facts, tweet.id), among=audience(facts, tweet.id))


class LikesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="likes"):
    """The number of likes of a tweet has changed. Sent at most once a second for each tweet."""

    tweet_id: int
    likes_count: int
    version: int


@tells(likes.COUNTED, LikesChanged, to="everybody who may see the tweet")
def counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody who may see the tweet."""
    return to_audience(event, facts, lambda tweet: LikesChanged(tweet.id, tweet.likes_count, tweet.version))


class RepliesChanged(msgspec.Struct, frozen=True, tag_field="type", tag="replies"):
    """The number of replies to a tweet has changed. The reply itself is in an event of its own."""

    tweet_id: int
    replies_count: int
    version: int


@tells(replies.COUNTED, RepliesChanged, to="everybody who may see the tweet")
def replies_counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody who may see the tweet."""
    return to_audience(
        event, facts, lambda tweet: RepliesChanged(tweet.id, tweet.replies_count, tweet.version)
    )


class RepostsChanged(msgspec.Struct, frozen=True, tag_field="type", tag="reposts"):
    """The number of reposts of a tweet has changed."""

    tweet_id: int
    reposts_count: int
    version: int


@tells(reposts.COUNTED, RepostsChanged, to="everybody who may see the tweet")
def reposts_counted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody who may see the tweet."""
    return to_audience(
        event, facts, lambda tweet: RepostsChanged(tweet.id, tweet.reposts_count, tweet.version)
    )


class Reposted(msgspec.Struct, frozen=True, tag_field="type", tag="repost"):
    """You or someone you follow reposted a tweet, perhaps on another device.

    Ignore the tweet's fields `liked`, `reposted` and `bookmarked`, as in `tweet`.
    """

    id: Annotated[int, Meta(description="The id of the repost.")]
    user: Person
    tweet: Tweet


@tells(
    reposts.REPOSTED,
    Reposted,
    to="you, and those of your followers who find it on their Following timeline",
)
def reposted(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To whoever reposted it, and to those who find it on their Following timeline."""
    tweet, user = facts.get(tweets.TWEET, event.subject_id), facts.get(PROFILE, event.actor_id)
    repost_id = event.object_id or 0
    if tweet is None or user is None or user.hidden or facts.get(reposts.REPOST, repost_id) is None:
        return None
    told = Reposted(repost_id, Person(user.id, user.name, user.handle), tweet_wire.tweet(tweet, urls))
    return Told(told, among=readers(event, facts, tweet.author_id))


class RepostUndone(msgspec.Struct, frozen=True, tag_field="type", tag="repost_undone"):
    """You or someone you follow undid a repost, perhaps on another device."""

    id: Annotated[int, Meta(description="The id of the repost.")]
    user_id: int
    tweet_id: int


@tells(
    reposts.UNDONE,
    RepostUndone,
    to="you, and those of your followers who found it on their Following timeline",
)
def repost_undone(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To whoever reposted it, and to followers."""
    tweet = facts.get(tweets.TWEET, event.subject_id)
    if tweet is None:
        return None
    told = RepostUndone(event.object_id or 0, event.actor_id, event.subject_id)
    return Told(told, among=readers(event, facts, tweet.author_id))


def readers(event: EventRow, facts: Facts, author_id: int) -> frozenset[int]:
    """Who finds a repost on their Following timeline, and whoever made it."""
    nobody, user_id, tweet_id = frozenset[int](), event.actor_id, event.subject_id
    found = facts.get(reposts.READERS_AMONG_VIEWERS, user_id) or nobody
    from_author = facts.get(reposts.APART_FROM_AUTHORS_AMONG_VIEWERS, tweet_id) or nobody
    from_addressed = facts.get(tweets.APART_FROM_ADDRESSED_AMONG_VIEWERS, tweet_id) or nobody
    from_user = facts.get(relations.APART_AMONG_VIEWERS, user_id) or nobody
    found = (found - ((from_author | from_addressed) - {author_id}) - from_user) | {user_id}
    found -= apart(facts, tweet_id)
    only = audience(facts, tweet_id)
    return found if only is None else found & only


class RepostsHidden(msgspec.Struct, frozen=True, tag_field="type", tag="reposts_hidden"):
    """You hid a followee's reposts, or show them again, perhaps on another device."""

    user_id: int
    hidden: bool


@tells(reposts.HIDDEN, RepostsHidden, to="you")
def reposts_hidden(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To whoever decided it."""
    hidden = facts.get(reposts.HIDES, (event.actor_id, event.subject_id)) is not None
    return Told(RepostsHidden(event.subject_id, hidden), among=frozenset({event.actor_id}))


class ThreadChanged(msgspec.Struct, frozen=True, tag_field="type", tag="thread"):
    """Who may reply in a conversation has changed, or a reply was hidden or shown: then reload it."""

    root_id: Annotated[int, Meta(description="The first tweet of the conversation.")]


@tells(replies.THREAD, ThreadChanged, to="everybody who may see the tweets in question")
def thread_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody who may see its first tweet and, if it is about a reply, that one."""
    among, not_for = audience(facts, event.subject_id), apart(facts, event.subject_id)
    if event.object_id is not None:
        not_for |= apart(facts, event.object_id)
    if event.object_id is not None and (of_reply := audience(facts, event.object_id)) is not None:
        among = of_reply if among is None else among & of_reply
    return Told(ThreadChanged(event.subject_id), not_for=not_for, among=among)


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
    among = audience(facts, tweet.id)
    if event.actor_id in apart(facts, tweet.id) or (among is not None and event.actor_id not in among):
        return None
    likes_it = facts.get(likes.LIKE, likes.pair(event)) is not None
    told = Liked(tweet.id, likes_it, tweet.likes_count, tweet.version)
    return Told(told, among=frozenset({event.actor_id}))


class Bookmarked(msgspec.Struct, frozen=True, tag_field="type", tag="bookmarked"):
    """You added or removed a bookmark, here or on another device."""

    tweet_id: int
    bookmarked: bool


@tells(bookmarks.BOOKMARKED, Bookmarked, to="you")
def bookmarked(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To the user whose bookmark it is."""
    has_it = facts.get(bookmarks.BOOKMARK, bookmarks.pair(event)) is not None
    return Told(Bookmarked(event.subject_id, has_it), among=frozenset({event.actor_id}))


class MediaChanged(msgspec.Struct, frozen=True, tag_field="type", tag="media"):
    """A picture is ready, or is broken and was removed from its tweet, or has a new description."""

    tweet_id: int | None
    media: Media


@tells(
    media.CHANGED, MediaChanged, to="everybody who may see the tweet; only its owner while no tweet shows it"
)
def media_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Told | None:
    """To everybody who may see the tweet, or to the owner alone while no tweet shows it."""
    found = facts.get(media.ATTACHMENT, event.subject_id)
    if found is None:
        return None
    # If it is in a tweet that is newer than the event, the event of that tweet shows it.
    tweet_id = event.object_id
    told = MediaChanged(tweet_id, media_wire.media(found, urls))
    apart = facts.get(relations.APART_AMONG_VIEWERS, event.actor_id) or frozenset()
    if tweet_id is None:
        return Told(told, among=frozenset({event.actor_id}))
    return Told(told, not_for=apart, among=audience(facts, tweet_id))
