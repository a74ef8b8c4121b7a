"""Drafts in bodies and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.shapes.media import Media, media
from server.api.perch.shapes.new_tweets import NewPart
from server.api.perch.shapes.polls import AskedPoll
from server.core.errors import InvalidBody
from server.features.drafts import content, drafts
from server.features.drafts.content import Content
from server.features.media.urls import MediaUrls
from server.features.quotes.rules import WhoMayQuote
from server.features.replies.rules import WhoMayReply
from server.features.tweets.checks import MAX_PARTS
from server.features.tweets.language import checked
from server.features.visibility.visibility import Visibility

PublishAt = Annotated[
    datetime | None,
    Meta(
        description="When to publish it, with an offset from UTC, at least a minute ahead; null for a draft "
        "that is only kept."
    ),
]


class DraftFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft says. The fields mean what they mean in `POST /api/tweets`."""

    tweets: Annotated[
        list[NewPart],
        Meta(min_length=1, max_length=MAX_PARTS, description="One tweet, or several that belong together."),
    ]
    in_reply_to_id: int | None = None
    quote_of_id: int | None = None
    visibility: Visibility | None = None
    who_may_reply: WhoMayReply = WhoMayReply.EVERYONE
    who_may_quote: WhoMayQuote = WhoMayQuote.EVERYONE
    warning: str | None = None
    sensitive: bool | None = None
    poll: AskedPoll | None = None
    language: str | None = None
    publish_at: PublishAt = None


class SavedDraft(DraftFields, frozen=True, kw_only=True):
    """The request body that saves a draft."""

    @property
    def content(self) -> Content:
        """The content of the draft. Raises InvalidBody if there is no such language."""
        poll = None if self.poll is None else content.Poll(**msgspec.structs.asdict(self.poll))
        return Content(
            [content.Part(part.tweet_data or "", part.tweet_media_ids or []) for part in self.tweets],
            self.in_reply_to_id,
            self.quote_of_id,
            self.visibility,
            self.who_may_reply,
            self.who_may_quote,
            self.warning or None,
            self.sensitive,
            poll,
            checked(self.language),
        )

    @property
    def time(self) -> datetime | None:
        """When to publish it. Raises InvalidBody if it has no offset from UTC."""
        if self.publish_at is not None and self.publish_at.tzinfo is None:
            raise InvalidBody("publish_at needs an offset from UTC, such as 2027-01-01T09:00:00+01:00.")
        return self.publish_at


class Draft(DraftFields, frozen=True, kw_only=True):
    """A draft, or a scheduled tweet."""

    id: int
    failure: Annotated[
        str | None,
        Meta(description="The `error_type` that kept it from being published at its time; else null."),
    ]
    updated_at: datetime
    media: Annotated[
        list[Media],
        Meta(description="Those of its pictures that still exist. Their addresses are good for a day."),
    ]


def draft(found: drafts.Draft, urls: MediaUrls) -> Draft:
    """A draft as an answer shows it."""
    said = found.content
    return Draft(
        id=found.id,
        tweets=[NewPart(part.content, part.media_ids) for part in said.tweets],
        in_reply_to_id=said.in_reply_to_id,
        quote_of_id=said.quote_of_id,
        visibility=said.visibility,
        who_may_reply=said.who_may_reply,
        who_may_quote=said.who_may_quote,
        warning=said.warning,
        sensitive=said.sensitive,
        poll=None if said.poll is None else AskedPoll(**msgspec.structs.asdict(said.poll)),
        language=said.language,
        publish_at=found.publish_at,
        failure=found.failure,
        updated_at=found.updated_at,
        media=[media(picture, urls) for picture in found.pictures],
    )
