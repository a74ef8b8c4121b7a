"""The request bodies that publish tweets, and that change what isn't their content."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.shapes.polls import AskedPoll
from server.api.perch.shapes.quotes import Quotable, QuoteOf
from server.features.quotes.rules import WhoMayQuote
from server.features.replies.rules import WhoMayReply
from server.features.tweets.checks import MAX_PARTS
from server.features.tweets.cover import MAX_WARNING
from server.features.visibility.visibility import Visibility

Warning = Annotated[
    str | None,
    Meta(
        description=f"A content warning: one line of up to {MAX_WARNING} characters. Clients show it in "
        "place of the text, pictures and poll until the reader asks for them. In a thread, every tweet gets "
        "it."
    ),
]
Sensitive = Annotated[
    bool | None,
    Meta(
        description="Whether clients cover the pictures until the reader asks to see them. Default: what you "
        "have chosen in your preferences; with a warning, always `true`."
    ),
]
Language = Annotated[
    str | None,
    Meta(
        description="The language that it is in, as a code of ISO 639-1. Default: what its words look like, "
        "if that is clear."
    ),
]


class NewPart(msgspec.Struct, frozen=True):
    """What a tweet says, alone or as one of several that are published together."""

    tweet_data: Annotated[
        str | None, Meta(description="The text. It can be empty or absent if there is a picture.")
    ] = None
    tweet_media_ids: Annotated[
        list[int] | None,
        Meta(description="Up to 4 of your pictures, in the order to show them."),
    ] = None


class NewTweet(NewPart, frozen=True):
    """The request body that publishes a tweet. Other fields are ignored, because old clients send some."""

    in_reply_to_id: Annotated[int | None, Meta(description="The tweet that this one replies to.")] = None
    visibility: Annotated[
        Visibility | None,
        Meta(
            description="Who may see it. Default: what you have chosen in your preferences. A reply gets the "
            "narrower of this and of the tweet that it replies to."
        ),
    ] = None
    who_may_reply: Annotated[
        WhoMayReply, Meta(description="Who may reply in the conversation that it begins; not for replies.")
    ] = WhoMayReply.EVERYONE
    warning: Warning = None
    sensitive: Sensitive = None
    poll: AskedPoll | None = None
    quote_of_id: QuoteOf = None
    who_may_quote: Quotable = WhoMayQuote.EVERYONE
    language: Language = None


class NewThread(msgspec.Struct, frozen=True):
    """The request body that publishes several tweets together."""

    tweets: Annotated[
        list[NewPart],
        Meta(min_length=2, max_length=MAX_PARTS, description="The tweets, the first one first."),
    ]
    in_reply_to_id: Annotated[
        int | None, Meta(description="The tweet that the first of them replies to.")
    ] = None
    visibility: Annotated[Visibility | None, Meta(description="Who may see them, as for a single tweet.")] = (
        None
    )
    who_may_reply: Annotated[
        WhoMayReply, Meta(description="Who may reply to them; not if the first one is a reply.")
    ] = WhoMayReply.EVERYONE
    warning: Warning = None
    sensitive: Sensitive = None
    poll: Annotated[AskedPoll | None, Meta(description="The poll of the first tweet.")] = None
    quote_of_id: Annotated[int | None, Meta(description="The tweet that the first of them quotes.")] = None
    who_may_quote: Quotable = WhoMayQuote.EVERYONE
    language: Language = None


class Changes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that changes what isn't content of a tweet. What is absent stays as it is."""

    who_may_reply: Annotated[
        WhoMayReply | msgspec.UnsetType,
        Meta(
            description="For the first tweet of a conversation. `following`: whom you follow, and whom this "
            "tweet mentions; `mentioned`: only these; `nobody`: only you. Replies that exist stay."
        ),
    ] = msgspec.UNSET
    who_may_quote: Annotated[
        WhoMayQuote | msgspec.UnsetType,
        Meta(description="`followers`: your followers; `nobody`: only you. Quotes that exist stay."),
    ] = msgspec.UNSET
    language: Annotated[
        str | msgspec.UnsetType | None,
        Meta(description="A code of ISO 639-1; null for what its words look like, if that is clear."),
    ] = msgspec.UNSET
