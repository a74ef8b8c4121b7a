"""Quoted tweets next to the tweets that quote them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.http.envelope import Answer
from server.api.perch.shapes.tweets import Tweet
from server.features.timelines.quoted import QuotedState


class QuotedTweet(msgspec.Struct, frozen=True):
    """A quoted tweet as you get it."""

    tweet_id: int
    state: Annotated[
        QuotedState,
        Meta(
            description="`shown`; `muted`: you get it, but mute its author; `deleted`; `unavailable`: "
            "because of a block, because it isn't meant for you, or because its author is suspended."
        ),
    ]
    tweet: Annotated[Tweet | msgspec.UnsetType, Meta(description="Present if you get it.")] = msgspec.UNSET


class WithQuoted(Answer, frozen=True, kw_only=True):
    """An answer with tweets."""

    quoted: Annotated[
        list[QuotedTweet] | msgspec.UnsetType,
        Meta(
            description="The tweets that its tweets quote, each once; absent if there are none. What these "
            "quote in turn isn't among them."
        ),
    ] = msgspec.UNSET
