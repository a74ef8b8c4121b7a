"""What is true now of what events are about.

An event says what has changed; a message says what is true now. So several changes in a row may be told as
one state twice, and never as a state that is older than one already told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from server.core.live.event import EventKind, EventRow
from server.features.live import present as live
from server.features.live.present import Like, UserRow
from server.features.media.media_access import OwnedMedia
from server.features.timelines import timeline
from server.features.timelines.timeline import TweetRow


@dataclass(slots=True)
class Facts:
    """What is true now of all that some events are about."""

    tweets: dict[int, TweetRow] = field(default_factory=dict)
    users: dict[int, UserRow] = field(default_factory=dict)
    likes: set[Like] = field(default_factory=set)
    follows: set[tuple[int, int]] = field(default_factory=set)
    media: dict[int, OwnedMedia] = field(default_factory=dict)
    followers: dict[int, frozenset[int]] = field(default_factory=dict)


async def facts_of(events: Sequence[EventRow], viewers: Collection[int]) -> Facts:
    """The facts about these events, for these viewers.

    At most six queries, however many events and viewers there are.
    """
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
