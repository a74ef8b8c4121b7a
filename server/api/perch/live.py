"""The messages of Perch's own live stream: those about the viewer and the stream itself, and all together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch import live_people, live_tweets  # noqa: F401  # they register their messages
from server.api.perch.telling import TELLERS, Message, frame, heartbeat, message, tells
from server.core.live.event import EventRow
from server.core.live.event_id import EventId
from server.core.live.frames import Frame, Reason
from server.core.live.kinds import Facts
from server.features.api_keys import events as api_keys
from server.features.drafts import events as drafts
from server.features.hashtags import events as hashtags
from server.features.lists import events as lists
from server.features.media.urls import MediaUrls
from server.features.notifications import events as notifications
from server.features.registry import KINDS


class Opened(msgspec.Struct, frozen=True, tag_field="type", tag="open"):
    """The stream is open. Everything that happens from now on follows; the `id` says from where."""


class NotificationsChanged(msgspec.Struct, frozen=True, tag_field="type", tag="notifications"):
    """You have new notifications, or read some, or one was taken back."""

    unread: Annotated[int, Meta(description="How many are unread, as in `GET /api/notifications/unread`.")]


@tells(notifications.CHANGED, NotificationsChanged, to="you")
def notified(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """How many are unread."""
    unread = facts.get(notifications.UNREAD, event.subject_id)
    return None if unread is None else NotificationsChanged(unread)


class FollowedHashtagsChanged(msgspec.Struct, frozen=True, tag_field="type", tag="followed_hashtag"):
    """You follow another hashtag, or no longer follow one: then reload your Following timeline."""


@tells(hashtags.FOLLOWED, FollowedHashtagsChanged, to="you")
def followed_hashtag(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Which one, the client reads anew."""
    return FollowedHashtagsChanged()


class ListsChanged(msgspec.Struct, frozen=True, tag_field="type", tag="lists"):
    """A list of yours, or who is on it, changed: then reload it and, if it is exclusive, Following."""

    list_id: int


@tells(lists.CHANGED, ListsChanged, to="you")
def list_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Which one."""
    return ListsChanged(event.subject_id)


class DraftChanged(msgspec.Struct, frozen=True, tag_field="type", tag="draft"):
    """A draft or scheduled tweet of yours was saved, deleted or published, or couldn't be published."""

    draft_id: int


@tells(drafts.CHANGED, DraftChanged, to="you")
def draft_changed(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """Which one."""
    return DraftChanged(event.subject_id)


class NotifyChanged(msgspec.Struct, frozen=True, tag_field="type", tag="notify"):
    """You turned notifications of a followee's new tweets on or off, perhaps on another device."""

    user_id: int
    notify: bool


@tells(notifications.TURNED, NotifyChanged, to="you")
def turned(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """As it is now."""
    notify = facts.get(notifications.NOTIFYING, (event.actor_id, event.subject_id)) is not None
    return NotifyChanged(event.subject_id, notify)


class KeyRevoked(msgspec.Struct, frozen=True, tag_field="type", tag="key_revoked"):
    """The key that opened the stream was revoked or expired, or its user was suspended: the stream ends."""

    key_id: int


@tells(api_keys.REVOKED, KeyRevoked, to="streams opened with this key")
def revoked(event: EventRow, facts: Facts, urls: MediaUrls) -> Message:
    """The last message of its streams."""
    return KeyRevoked(event.subject_id)


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
    return [Opened, *dict.fromkeys(teller.shape for teller in TELLERS.values()), Reset]


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
                recipients = KINDS.recipients_of(event, facts)
                found.append(frame(EventId(epoch, event.seq), told, recipients))
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
